/**
 * The service worker: the page itself is there without a connection (in secure contexts, where
 * browsers allow one). Boards are not its business, they are in IndexedDB.
 */

import { openPage, outdated } from "./opening";

/** Filled in by the build: every file but the page, and a name for their contents. */
declare const ASSETS: readonly string[];
declare const VERSION: string;

interface Lasting {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  addEventListener(type: "install" | "activate", listener: (event: Lasting) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
}

const worker = self as unknown as Worker;
const name = `jamboree-${VERSION}`;
const page = "/";

async function install(): Promise<void> {
  const cache = await caches.open(name);
  await cache.addAll([page, ...ASSETS]);
  await worker.skipWaiting();
}

async function activate(): Promise<void> {
  for (const former of outdated(await caches.keys(), name)) await caches.delete(former);
  await worker.clients.claim();
}

const own = async (request: Request | string): Promise<Response | undefined> =>
  (await caches.open(name)).match(request);

const open = (request: Request): Promise<Response> =>
  openPage(() => fetch(request), () => own(page));

/** Assets have their content in their name, so those of the build before are not outdated. */
async function file(request: Request): Promise<Response> {
  return (await own(request)) ?? (await caches.match(request)) ?? fetch(request);
}

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  const isFile = url.pathname.startsWith("/assets/") || ASSETS.includes(url.pathname);
  if (request.mode === "navigate") event.respondWith(open(request));
  else if (isFile) event.respondWith(file(request));
});
