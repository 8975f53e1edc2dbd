import { createRoot } from "react-dom/client";
import { App } from "./pages/App";
import { startTexts } from "./text";
import "./styles.css";

const place = document.getElementById("app");
if (place) void startTexts().then(() => createRoot(place).render(<App />));

// only where the browser trusts the connection; elsewhere a reload needs the hub
if ("serviceWorker" in navigator && window.isSecureContext) {
  navigator.serviceWorker.register("/sw.js").catch(() => undefined);
}
