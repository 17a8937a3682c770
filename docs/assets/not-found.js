// On the page for addresses without a page: the page whose address is most like the one that was asked for.
{
  const words = (address) =>
    decodeURIComponent(new URL(address, location).pathname).toLowerCase()
      .replace(/\.(html?|md|ipynb)$/, "").replace(/\/index$/, "").split("/").filter(Boolean).at(-1) ?? "";

  // How alike two names are, from 0 to 1: the pairs of letters that they share (Dice's coefficient).
  const pairs = (name) => {
    const letters = ` ${name.replace(/[^\p{L}]+/gu, " ").trim()} `;
    return Array.from({ length: letters.length - 1 }, (_, at) => letters.slice(at, at + 2)).filter((pair) =>
      pair !== "  "
    );
  };
  function alike(one, two) {
    const left = pairs(two), all = pairs(one).length + left.length;
    const shared = pairs(one).filter((pair) => {
      const at = left.indexOf(pair);
      if (at >= 0) left.splice(at, 1);
      return at >= 0;
    });
    return all ? 2 * shared.length / all : 0;
  }
  const number = (name) => /^\d+/.exec(name)?.[0].padStart(2, "0"); // of a lesson

  let asked = "";
  try {
    asked = words(location.href);
  } catch { /* an address that cannot be decoded */ }
  const guess = [...document.querySelectorAll(".not-found__pages a")].map((link) => {
    const name = words(link.href);
    const same = number(asked) !== undefined && number(asked) === number(name);
    return { link, likeness: Math.max(alike(asked, name), alike(asked, link.textContent.toLowerCase())) + same * 0.3 };
  }).reduce((best, each) => each.likeness > (best?.likeness ?? 0.4) ? each : best, undefined);
  const place = document.querySelector(".not-found__guess");
  if (guess) {
    const link = document.createElement("a");
    link.href = guess.link.href;
    link.textContent = guess.link.textContent;
    place.append("Did you mean ", link, "?");
    place.hidden = false;
  }
  document.getElementById("not-found-words").value = asked.replace(/[^\p{L}]+/gu, " ").trim();
}
