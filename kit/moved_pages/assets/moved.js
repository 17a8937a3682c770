// On a page that has moved: go on to where the part that the address names is now.
const { parts } = /** @type {HTMLScriptElement} */ (document.currentScript).dataset;
/** @type {Record<string, string>} */
const elsewhere = JSON.parse(parts ?? "{}");
/** @type {HTMLLinkElement | null} */
const whole = document.querySelector("link[rel=canonical]");
const part = decodeURIComponent(location.hash.slice(1));
location.replace((Object.hasOwn(elsewhere, part) ? elsewhere[part] : whole?.href) + location.hash);
