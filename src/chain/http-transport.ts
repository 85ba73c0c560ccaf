// The HTTP side of the Emercoin client: one POST for one call, over kept connections, with TLS and SOCKS5 where they are set.

import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { AppError, type Secret, systemCodeOf, toBase64, utf8 } from "../base/index.ts";
import { agentFor, type Socks5Proxy } from "../net/index.ts";
import { noAnswer, type RpcReply, type RpcTransport } from "./json-rpc.ts";

export interface HttpTransportOptions {
  /** `http://host:port` or `https://host:port`, without credentials. */
  readonly url: string;
  /** `user:password`, asked for with each call: the node makes a new cookie at each start. */
  readonly credentials: () => Promise<Secret<string>>;
  /** PEM of the authority that signed the node's certificate; undefined for the system's. */
  readonly ca?: string | undefined;
  readonly socks5?: Socks5Proxy | undefined;
}

export interface HttpTransport {
  readonly send: RpcTransport;
  close(): void;
}

/** A dump of 100,000 names is about 30 MB. */
const MAX_ANSWER = 256 * 1024 * 1024;
/** The node cuts the connection beyond 32 MiB. */
const MAX_REQUEST = 32 * 1024 * 1024;
/** The node closes what is idle for 30 s: a request that meets that would be lost without anybody knowing. */
const IDLE_MS = 20_000;
/** What can only happen before a byte of the request has left. */
const NOT_SENT: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

function unreachable(url: URL, cause: unknown): AppError {
  if (cause instanceof AppError) {
    const hint = "Check `emercoin.socks5` and that the proxy runs.";
    return new AppError("emercoin.unreachable", cause.message, { hint, retryable: true, cause });
  }
  const code = systemCodeOf(cause) ?? "";
  const hint = /CERT|SIGNED|VERIFY/.test(code)
    ? "Give the node's certificate authority in `emercoin.ca_file`."
    : "Check that the node runs with server=1 and that `emercoin.url` is right.";
  return new AppError("emercoin.unreachable", `the Emercoin node at ${url.host} cannot be reached`, {
    hint,
    retryable: true,
    cause,
    context: { reason: code },
  });
}

/** `taken`: the whole request has left. */
function failed(url: URL, cause: unknown, taken: boolean): AppError {
  if (cause instanceof AppError) return cause.code === "net.proxy" ? unreachable(url, cause) : cause;
  const code = systemCodeOf(cause) ?? "";
  return NOT_SENT.has(code) && !(taken && code === "ETIMEDOUT") ? unreachable(url, cause) : noAnswer(cause);
}

function tooLarge(): AppError {
  return new AppError("emercoin.too_large", "the request is larger than the 32 MiB that the node takes", {
    hint: "Ask for less at once.",
  });
}

function readBody(response: IncomingMessage): Promise<RpcReply> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_ANSWER) response.destroy(new AppError("emercoin.bad_reply", "the node's answer is too long"));
      else chunks.push(chunk);
    });
    response.on("error", reject);
    response.on("aborted", () => reject(noAnswer(undefined)));
    response.on("end", () =>
      // Lossy on purpose: other people's values may be any bytes; ours are asked for in base64.
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
    );
  });
}

/** Keeps up to four connections open. Errors of `send`: `emercoin.unreachable`, `.no_answer`, `.too_large`, and those of `credentials`. */
export function httpTransport(options: HttpTransportOptions): HttpTransport {
  const url = new URL(options.url);
  const secure = url.protocol === "https:";
  const port = Number(url.port) || (secure ? 443 : 80);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const { socks5, ca, credentials } = options;
  const agent = agentFor(url, { proxy: socks5, ca }, { keepAlive: true, maxSockets: 4, timeout: IDLE_MS });
  const request = secure ? httpsRequest : httpRequest;

  const open = async (path: string, body: Uint8Array, signal: AbortSignal): Promise<ClientRequest> => {
    const headers = {
      authorization: `Basic ${toBase64(utf8((await credentials()).reveal()))}`,
      "content-type": "application/json",
      "content-length": body.length,
    };
    const below = url.pathname.replace(/\/$/, "");
    return request({ host, port, path: `${below}${path}`, method: "POST", headers, signal, agent });
  };

  const send: RpcTransport = async ({ path, body, signal }) => {
    const bytes = utf8(body);
    if (bytes.length > MAX_REQUEST) throw tooLarge();
    const exchange = await open(path, bytes, signal);
    let taken = false;
    const response = new Promise<IncomingMessage>((resolve, reject) => {
      exchange.on("response", resolve).on("error", reject);
      exchange.on("finish", () => {
        taken = true;
      });
    });
    exchange.end(bytes);
    try {
      return await readBody(await response);
    } catch (cause) {
      throw failed(url, cause, taken);
    }
  };
  return { send, close: () => agent.destroy() };
}
