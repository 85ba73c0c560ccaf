// Serves the renter's pages under /dashboard: read once at the start, so that no request reaches the disk. Nothing but our own script
// runs in them, and they talk to nobody but this relay, at all of its addresses.

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Logger } from "../../base/index.ts";
import { refusal } from "./problems.ts";

const BASE = "/dashboard";
/** Addresses that the one document shows as views; they have no dot, so that no file is missed silently. */
const VIEW = /^\/dashboard\/(?:[a-z-]{1,40}(?:\/[0-9a-f]{1,64})?)?$/;
const DOCUMENT = `${BASE}/index.html`;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
};

// WebAssembly is Argon2id; it can be compiled, but no text can be run as script.
const contentSecurityPolicy = (origins: readonly string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self'",
    ["connect-src 'self'", ...origins].join(" "),
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types numberbox",
  ].join("; ");

/** Where a renter's QR code is read with the camera; every other document may not use it. */
const SCAN = `${BASE}/scan`;
const permissions = (camera: string): string => `camera=(${camera}), geolocation=(), microphone=(), payment=(), usb=()`;

const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": permissions(""),
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
} as const;

interface StoredFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly zipped: Buffer;
  readonly etag: string;
  /** Named after its content. */
  readonly isImmutable: boolean;
}

const zip = promisify(gzip);

async function readStored(file: string, path: string): Promise<StoredFile> {
  const plain = await readFile(file);
  return {
    type: TYPES[extname(file)] ?? "application/octet-stream",
    plain,
    zipped: await zip(plain, { level: 9 }),
    etag: `"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`,
    isImmutable: path.startsWith(`${BASE}/assets/`),
  };
}

export class Dashboard {
  readonly #files: ReadonlyMap<string, StoredFile>;
  readonly #headers: Readonly<Record<string, string>>;

  private constructor(files: ReadonlyMap<string, StoredFile>, urls: readonly string[]) {
    this.#files = files;
    const origins = urls.flatMap((url) => [new URL(url).origin, new URL(url).origin.replace(/^http/, "ws")]);
    this.#headers = { ...HEADERS, "Content-Security-Policy": contentSecurityPolicy([...new Set(origins)]) };
  }

  /** Reads the built pages in `folder`; without one, or where they are not built, there are none. `urls`: other addresses of the relay. */
  static async load(folder: string | undefined, urls: readonly string[], log: Logger): Promise<Dashboard> {
    const files = new Map<string, StoredFile>();
    const entries =
      folder === undefined
        ? []
        : await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => {
            log.warn("relay_dashboard_missing");
            return [];
          });
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const path = `${BASE}${file.slice((folder ?? "").length).replaceAll("\\", "/")}`;
      files.set(path, await readStored(file, path));
    }
    return new Dashboard(files, urls);
  }

  /** Whether a path is ours to answer. */
  owns(path: string): boolean {
    return path === BASE || path.startsWith(`${BASE}/`);
  }

  /** Throws `relay.unknown_route`. */
  answer(request: IncomingMessage, response: ServerResponse, path: string): void {
    const isRead = request.method === "GET" || request.method === "HEAD";
    // The service worker is in charge of what lies below a slash.
    if (isRead && path === BASE) {
      response.writeHead(308, { ...this.#headers, Location: `${BASE}/` }).end();
      return;
    }
    const file = this.#files.get(VIEW.test(path) ? DOCUMENT : path);
    if (!isRead || file === undefined) throw refusal("relay.unknown_route", "the relay has no such page");
    const isZipped = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
    const headers = {
      ...this.#headers,
      ...(path === SCAN ? { "Permissions-Policy": permissions("self") } : {}),
      "Cache-Control": file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
      ETag: file.etag,
      Vary: "Accept-Encoding",
    };
    if (request.headers["if-none-match"] === file.etag) {
      response.writeHead(304, headers).end();
      return;
    }
    const body = isZipped ? file.zipped : file.plain;
    response.writeHead(200, {
      ...headers,
      "Content-Type": file.type,
      "Content-Length": body.length,
      ...(isZipped ? { "Content-Encoding": "gzip" } : {}),
    });
    response.end(request.method === "HEAD" ? undefined : body);
  }
}
