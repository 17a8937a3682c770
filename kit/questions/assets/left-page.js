// The page that moved_pages leaves at an old address says where its text is now.

/**
 * Where the whole of a page is, and those of its parts that went elsewhere; nothing where it has not moved.
 * @param {Document} page
 * @param {URL} url
 * @returns {{ whole: URL, parts: Record<string, URL> } | null}
 */
export function placesOf(page, url) {
  const whole = page.querySelector("link[rel=canonical]")?.getAttribute("href");
  /** @type {Record<string, string> | null} */
  const parts = JSON.parse(page.querySelector("script[data-parts]")?.getAttribute("data-parts") ?? "null");
  if (!whole || !parts) return null;
  const elsewhere = Object.entries(parts).map(([part, address]) => [part, new URL(address, url)]);
  return { whole: new URL(whole, url), parts: Object.fromEntries(elsewhere) };
}
