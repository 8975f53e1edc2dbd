import { createRoot } from "react-dom/client";
import { App } from "./pages/App";
import { startKeeping } from "./pages/keeping";
import { startTexts } from "./text";
import "./styles.css";

const place = document.getElementById("app");
if (place) void startTexts().then(() => createRoot(place).render(<App />));

// Safari on phones enlarges the page when a field with small letters gets the focus, and leaves it
// so; with this it does not, and people can still enlarge the page themselves
const isTouchMac = /mac/i.test(navigator.platform) && navigator.maxTouchPoints > 1;
if (isTouchMac || /iphone|ipad/i.test(navigator.platform)) {
  const viewport = document.querySelector<HTMLMetaElement>("meta[name=viewport]");
  if (viewport) viewport.content += ", maximum-scale=1";
}

// another invitation for the page that is open: only its fragment differs, nothing is loaded
window.addEventListener("hashchange", () => {
  if (location.hash.startsWith("#i=")) location.reload();
});

void startKeeping();
