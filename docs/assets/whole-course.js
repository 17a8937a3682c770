// All lessons as one document: fetched from this site, set below the button one after the other, and printed.

const LESSONS = new URL("../lessons/", import.meta.url).href; // this file lies in the site's assets/
const LEFT_OUT = ".take-away, .headerlink, .done, .md-source-file, script, noscript";

// The lessons' addresses, in the order of the menu.
const lessons = () =>
  [...document.querySelectorAll(".md-nav--primary a[href]")]
    .map(({ href }) => href.split("#")[0])
    .filter((href, at, all) => href.startsWith(LESSONS) && all.indexOf(href) === at);

// A name is given once in a document: each lesson puts its number before its own.
function rename(article, before) {
  for (const element of article.querySelectorAll("*")) {
    for (const { name, value } of [...element.attributes]) {
      if (["id", "for", "name", "aria-labelledby", "aria-describedby", "aria-controls"].includes(name)) {
        element.setAttribute(name, value.split(" ").map((each) => before + each).join(" "));
      } else if (name.endsWith("href") && !element.matches("a") && value.startsWith("#")) {
        element.setAttribute(name, `#${before}${value.slice(1)}`);
      } else if (value.includes("url(#")) {
        element.setAttribute(name, value.replaceAll("url(#", `url(#${before}`));
      }
    }
  }
}

// Links lead where they led from the lesson; to another lesson, within the document.
function relink(article, address, all) {
  for (const link of article.querySelectorAll("a[href]")) {
    const target = new URL(link.getAttribute("href"), address);
    const at = all.indexOf(target.href.split("#")[0]);
    link.setAttribute("href", at < 0 ? target.href : `#${at}-${target.hash.slice(1)}`);
  }
}

async function lesson(address, number, all) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const article = page.querySelector("article");
  for (const element of article.querySelectorAll(LEFT_OUT)) element.remove();
  for (const details of article.querySelectorAll("details")) details.open = true;
  rename(article, `${number}-`);
  relink(article, address, all);
  const section = document.createElement("section");
  section.className = "whole-course__lesson";
  section.id = `${number}-`;
  section.append(...article.childNodes);
  return section;
}

export function enliven(figure) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Put all lessons together and print";
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  figure.replaceChildren(button, said);
  button.addEventListener("click", async () => {
    button.disabled = true;
    for (const old of document.querySelectorAll(".whole-course__lesson")) old.remove();
    const all = lessons(), sections = [];
    try {
      for (const [number, address] of all.entries()) {
        said.textContent = `Lesson ${number + 1} of ${all.length} …`;
        sections.push(await lesson(address, number, all));
        if (!figure.isConnected) return; // the reader has gone on to another page
      }
      figure.closest("article").append(...sections);
      said.textContent = `All ${all.length} lessons stand below.`;
      setTimeout(print, 500); // once they are laid out
    } catch {
      said.textContent = "A lesson could not be fetched. Is there a network? Then try again.";
    }
    button.disabled = false;
  });
}
