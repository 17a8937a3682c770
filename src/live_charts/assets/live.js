// A live figure comes alive when it nears the screen; the script that draws it is fetched only then: live-charts.js for
// a chart, and for anything else the one beside this file that its data-script names.
const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting || !(target instanceof HTMLElement)) continue;
    near.unobserve(target);
    const address = new URL(`${target.dataset.script ?? "live-charts"}.js`, import.meta.url);
    import(address.href).then(({ enliven }) => enliven(target));
  }
}, { rootMargin: "300px" });

const find = () => {
  document.querySelectorAll("figure.live, figure[data-script]").forEach((figure) => near.observe(figure));
};
document$.subscribe(find); // Material emits the document at the start and after each instant navigation
document.addEventListener("page-changed", find); // a reader's own program has drawn another
