// A live chart comes alive when it nears the screen; the script that draws it is fetched only then.
const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    import(new URL("assets/live-charts.js", new URL(__md_scope)).href).then(({ enliven }) => enliven(target));
  }
}, { rootMargin: "300px" });
document$.subscribe(() => document.querySelectorAll("figure.live").forEach((figure) => near.observe(figure)));
