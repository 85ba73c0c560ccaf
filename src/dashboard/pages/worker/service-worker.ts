// Keeps the pages themselves, in every language, for reading without a network. It never sees a message: those lie sealed in the page's
// own database, and questions to the relay pass by here untouched.

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface WorkerScope {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
}

// The one global of a worker; the types of the page have no name for it.
const scope = globalThis as unknown as WorkerScope;

const BASE = "/dashboard/";
/** Put in when the pages are built; a new list makes a new cache. */
declare const NUMBERBOX_FILES: readonly string[];
const FILES = NUMBERBOX_FILES;
const CACHE = `numberbox-pages-${nameOf(FILES)}`;

function nameOf(files: readonly string[]): string {
  let hash = 0;
  for (const char of files.join(" ")) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) | 0;
  return (hash >>> 0).toString(16);
}

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((file) => new Request(`${BASE}${file === "./" ? "" : file}`, { cache: "no-cache" })));
  await scope.skipWaiting();
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith("numberbox-pages-") && name !== CACHE) await caches.delete(name);
  }
  await scope.clients.claim();
}

/** The document from the network while there is one, so that a new version is seen at once. */
async function documentOf(request: Request): Promise<Response> {
  try {
    const fresh = await fetch(request);
    if (fresh.ok) return fresh;
  } catch {
    // Offline.
  }
  return (await caches.match(BASE)) ?? Response.error();
}

async function fileOf(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreSearch: true })) ?? (await fetch(request));
}

scope.addEventListener("install", (event) => event.waitUntil(install()));
scope.addEventListener("activate", (event) => event.waitUntil(activate()));
scope.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin || !pathname.startsWith(BASE)) return;
  event.respondWith(event.request.mode === "navigate" ? documentOf(event.request) : fileOf(event.request));
});
