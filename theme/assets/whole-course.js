// All lessons as one document: fetched from this site, set below the button one after the other, and printed.
import { element } from "./element.js";

const LESSONS = new URL("../lessons/", import.meta.url).href; // this file lies in the site's assets/
const LEFT_OUT = ".take-away, .headerlink, .done, .md-source-file, script, noscript";
const NAMES = ["id", "for", "name", "aria-labelledby", "aria-describedby", "aria-controls"]; // what has or takes names

/** The lessons' addresses, in the order of the menu. */
function lessons() {
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const links = document.querySelectorAll(".md-nav--primary a[href]");
  const addresses = [...links].map(({ href }) => href.split("#")[0]).filter((href) => href.startsWith(LESSONS));
  return [...new Set(addresses)];
}

/**
 * A name is given once in a document: each lesson puts its number before its own.
 * @type {(article: Element, before: string) => void}
 */
function rename(article, before) {
  for (const named of article.querySelectorAll("*")) {
    for (const { name, value } of [...named.attributes]) {
      if (NAMES.includes(name)) {
        named.setAttribute(name, value.split(" ").map((word) => before + word).join(" "));
      } else if (name.endsWith("href") && !named.matches("a") && value.startsWith("#")) {
        named.setAttribute(name, `#${before}${value.slice(1)}`);
      } else if (value.includes("url(#")) {
        named.setAttribute(name, value.replaceAll("url(#", `url(#${before}`));
      }
    }
  }
}

/**
 * Links lead where they led from the lesson; to another lesson, within the document. Its style sheet comes along.
 * @type {(article: Element, address: string, all: string[]) => void}
 */
function relink(article, address, all) {
  for (const sheet of article.querySelectorAll("link[href]")) {
    sheet.setAttribute("href", new URL(sheet.getAttribute("href") ?? "", address).href);
  }
  for (const link of article.querySelectorAll("a[href]")) {
    const target = new URL(link.getAttribute("href") ?? "", address);
    const at = all.indexOf(target.href.split("#")[0]);
    link.setAttribute("href", at < 0 ? target.href : `#${at}-${target.hash.slice(1)}`);
  }
}

/** @type {(address: string, number: number, all: string[]) => Promise<HTMLElement>} */
async function lesson(address, number, all) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const article = page.querySelector("article");
  if (!article) throw new Error(`${address}: no lesson`);
  for (const part of article.querySelectorAll(LEFT_OUT)) part.remove();
  for (const details of article.querySelectorAll("details")) details.open = true;
  rename(article, `${number}-`);
  relink(article, address, all);
  return element("section", { class: "whole-course__lesson", id: `${number}-` }, ...article.childNodes);
}

/** @type {(figure: HTMLElement) => void} */
export function enliven(figure) {
  const button = element("button", { type: "button" }, "Put all lessons together and print");
  const status = element("p", { role: "status" });
  figure.replaceChildren(button, status);
  button.addEventListener("click", async () => {
    button.disabled = true;
    for (const old of document.querySelectorAll(".whole-course__lesson")) old.remove();
    const all = lessons(), sections = [];
    try {
      for (const [number, address] of all.entries()) {
        status.textContent = `Lesson ${number + 1} of ${all.length} …`;
        sections.push(await lesson(address, number, all));
        if (!figure.isConnected) return; // the reader has gone on to another page
      }
      figure.closest("article")?.append(...sections);
      status.textContent = `All ${all.length} lessons stand below.`;
      setTimeout(print, 500); // once they are laid out
    } catch {
      status.textContent = "A lesson could not be fetched. Is there a network? Then try again.";
    }
    button.disabled = false;
  });
}
