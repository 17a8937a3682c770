// Once the page stands and the browser has nothing else to do, or five seconds later, let the service worker keep it for
// reading offline, and the rest of the site too, unless the reader saves data.
{
  const start = async () => {
    const scope = `${__md_scope}`.replace(/\/?$/, "/");
    try {
      await navigator.serviceWorker.register(new URL("service-worker.js", scope), { scope });
      const { active } = await navigator.serviceWorker.ready;
      const own = [location.href, ...performance.getEntriesByType("resource").map(({ name }) => name)];
      active?.postMessage({ own, all: !navigator.connection?.saveData });
    } catch { /* Where the browser allows none, as in some private windows, the site is read as before. */ }
  };
  const later = () => {
    if ("requestIdleCallback" in window) requestIdleCallback(start, { timeout: 5000 }); // some pages leave no time
    else setTimeout(start);
  };
  if (navigator.serviceWorker) {
    if (document.readyState === "complete") later();
    else addEventListener("load", later);
  }
}
