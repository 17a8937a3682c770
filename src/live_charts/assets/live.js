// A live figure comes alive when it nears the screen; the script that draws it is fetched only then: live-charts.js for
// a chart, and for anything else the one that its data-script names.
const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    const { script = "live-charts" } = /** @type {HTMLElement} */ (target).dataset;
    const address = new URL(`assets/${script}.js`, __md_scope);
    import(address.href).then(({ enliven }) => enliven(target));
  }
}, { rootMargin: "300px" });
document$.subscribe(() => {
  document.querySelectorAll("figure.live, figure[data-script]").forEach((figure) => near.observe(figure));
});
