// What plain http answers in the box's own access point: one page that says what to do next, and the way to it for whatever else is asked.
//
// There every name is the box. Phones and computers look for the internet by asking known pages (generate_204, hotspot-detect.html,
// connecttest.txt, ncsi.txt, success.txt, canonical.html …) whose answers they know; each of them gets the same redirect as any other foreign
// page, which is how they notice and show the page. No state, no cookie, no script, nothing of the console.

import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { CAPTIVE_WORDS, type CaptiveWords, languageOf } from "./captive-words.ts";

export interface CaptivePortalOptions {
  /** The box's address in its access point; null while that is closed. */
  readonly address: () => string | null;
  /** The port of the console's https; null without it. */
  readonly httpsPort: () => number | null;
}

/** Whether the request was answered here. */
export type CaptivePortal = (request: IncomingMessage, response: ServerResponse) => boolean;

const STYLE =
  "body{margin:0 auto;padding:1.5rem;max-width:34rem;font:1.05rem/1.5 system-ui,sans-serif;background:#fff;color:#1a1c1e}" +
  "h1{font-size:1.4rem}a{font-weight:600;font-size:1.2rem;color:#0b57a4;overflow-wrap:anywhere}li{margin:.6rem 0}" +
  "@media(prefers-color-scheme:dark){body{background:#16181b;color:#e8eaed}a{color:#8ab8f0}}";
const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

const HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  Connection: "close",
};

/** Nothing in it comes from a request. */
function pageOf(language: string, words: CaptiveWords, console: string): string {
  const steps = words.steps.map((step) => `<li>${step}</li>`).join("");
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${words.title}</title><style>${STYLE}</style></head><body><main><h1>${words.title}</h1><p>${words.first}</p><p>${words.open}</p><p><a href="${console}">${console}</a></p><ol>${steps}</ol><p>${words.offline}</p></main></body></html>`;
}

const plainAddress = (address: string | undefined): string => (address ?? "").replace(/^::ffff:/i, "");

/** The host that was asked for, without its port. */
const hostOf = ({ headers }: IncomingMessage): string => (headers.host ?? "").replace(/:\d{1,5}$/, "").toLowerCase();

export function captivePortal({ address, httpsPort }: CaptivePortalOptions): CaptivePortal {
  return (request, response) => {
    const own = address();
    const port = httpsPort();
    // Who comes by a cable is no guest of the access point, whatever host is asked for.
    if (own === null || plainAddress(request.socket.localAddress) !== own) return false;
    // Without https the console itself is what is there to be seen.
    if (port === null && hostOf(request) === own) return false;
    const end = (status: number, headers: Readonly<Record<string, string>>, body = ""): true => {
      response.writeHead(status, { ...HEADERS, ...headers, "Content-Length": String(Buffer.byteLength(body)) });
      response.end(request.method === "HEAD" ? "" : body);
      return true;
    };
    if (request.method !== "GET" && request.method !== "HEAD") return end(405, { Allow: "GET, HEAD" });
    const [path] = (request.url ?? "").split("?");
    if (hostOf(request) !== own || path !== "/") return end(302, { Location: `http://${own}/` });
    const language = languageOf(request.headers["accept-language"]);
    const console = `https://${own}${port === 443 ? "" : `:${port}`}/`;
    const body = pageOf(language, CAPTIVE_WORDS[language], console);
    const more = { "Content-Language": language, Vary: "Accept-Language" };
    return end(200, { "Content-Type": "text/html; charset=utf-8", ...more }, body);
  };
}
