import { createRoot } from "react-dom/client";
import { App } from "./pages/App";
import { startTexts } from "./text";
import "./styles.css";

const place = document.getElementById("app");
if (place) void startTexts().then(() => createRoot(place).render(<App />));

// another invitation for the page that is open: only its fragment differs, nothing is loaded
window.addEventListener("hashchange", () => {
  if (location.hash.startsWith("#i=")) location.reload();
});

// only where the browser trusts the connection; elsewhere a reload needs the hub
if ("serviceWorker" in navigator && window.isSecureContext) {
  navigator.serviceWorker.register("/sw.js").catch(() => undefined);
}
