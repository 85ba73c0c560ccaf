// Registers the service worker, under the one policy that the pages' CSP lets name a script.

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
}

const WORKER = "/dashboard/sw.js";

/** Without a worker (plain HTTP on another machine) the pages work, but not offline. */
export function registerWorker(): void {
  if (!("serviceWorker" in navigator)) return;
  // Not every browser has them, and the types of the page know none.
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
  const policy = trustedTypes?.createPolicy("numberbox", { createScriptURL: (url) => (url === WORKER ? url : "") });
  const url = policy?.createScriptURL(WORKER) ?? WORKER;
  navigator.serviceWorker.register(url, { scope: "/dashboard/" }).catch(() => {});
}
