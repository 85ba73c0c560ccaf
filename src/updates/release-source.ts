// Channel and bundles over HTTPS, directly or through a SOCKS5 proxy. A bundle that broke off goes on where it was, and counts only once
// its bytes are the ones that the channel names.

import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rm, stat, statfs } from "node:fs/promises";
import { type Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { AppError, isAppError, type Millis, seconds, systemCodeOf, wrapError } from "../base/index.ts";
import type { ReleaseSource } from "../core/index.ts";
import { type Socks5Proxy, TunnelAgent } from "../net/index.ts";
import type { UpdateRelease } from "../protocol/index.ts";

export interface ReleaseSourceDeps {
  /** Of the channel; https, or http of this machine. */
  readonly url: string;
  readonly proxy: Socks5Proxy | undefined;
  /** PEM; undefined for the system's authorities. */
  readonly ca: string | undefined;
}

const MAX_CHANNEL = 1_500_000;
/** Nothing came for so long: the line is dead. */
const SILENCE: Millis = seconds(60);
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** A release's link at a forge takes one or two. */
const MAX_REDIRECTS = 5;
/** The range lies behind the end: what is here is no part of that file. */
const OUT_OF_RANGE = 416;
/** What has to stay free beside the bundle. */
const SPARE = 64 * 1024 * 1024;

function unreachable(url: URL, cause: unknown): AppError {
  if (isAppError(cause) && cause.code !== "net.proxy") return cause;
  return new AppError("update.unreachable", `${url.host} cannot be reached (${systemCodeOf(cause) ?? "?"})`, {
    ...{ cause, retryable: true, hint: "Check the address of the channel, the network and the proxy." },
  });
}

interface Answer {
  readonly response: IncomingMessage;
  readonly end: () => void;
}

export class HttpReleases implements ReleaseSource {
  readonly url: string;
  readonly #deps: ReleaseSourceDeps;

  constructor(deps: ReleaseSourceDeps) {
    this.url = deps.url;
    this.#deps = deps;
  }

  async channel(signal: AbortSignal): Promise<Uint8Array> {
    const url = new URL(this.#deps.url);
    const { response, end } = await this.#get(url, 0, signal);
    try {
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of response) {
        size += chunk.length;
        if (size > MAX_CHANNEL) throw new AppError("update.bad_channel", "the channel is longer than any channel");
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    } catch (error) {
      throw unreachable(url, error);
    } finally {
      end();
    }
  }

  async fetch(
    release: UpdateRelease,
    file: string,
    onPart: (share: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const whole = (): Promise<boolean> => this.#complete(release, file, onPart, signal);
    if ((await sizeOf(file)) > release.size) await rm(file, { force: true });
    const hadSome = (await sizeOf(file)) > 0;
    if (await whole()) return;
    // What was there from before may have been of another edition of it, and all of that is gone now.
    if (hadSome && (await whole())) return;
    throw badDownload("what was fetched is not what the channel names");
  }

  /** Goes on with what is there. False, and nothing is there, when that does not become what the channel names. */
  async #complete(
    release: UpdateRelease,
    file: string,
    onPart: (share: number) => void,
    signal: AbortSignal,
  ): Promise<boolean> {
    const have = await sizeOf(file);
    await this.#demandRoom(release.size - have, dirname(file));
    const url = new URL(release.url, this.#deps.url);
    const isOver = have === release.size || (await this.#bring(url, release, file, onPart, signal));
    if (isOver && (await sizeOf(file)) === release.size && (await digestOf(file, signal)) === release.sha256)
      return true;
    await rm(file, { force: true });
    return false;
  }

  /** False where the server's file ends before what is here. */
  async #bring(
    url: URL,
    { size }: UpdateRelease,
    file: string,
    onPart: (share: number) => void,
    signal: AbortSignal,
  ): Promise<boolean> {
    const from = await sizeOf(file);
    const { response, end } = await this.#get(url, from, signal);
    if (response.statusCode === OUT_OF_RANGE) {
      end();
      return false;
    }
    // A server that does not know ranges begins anew.
    const start = response.statusCode === 206 ? from : 0;
    let got = start;
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of response) {
        got += chunk.length;
        if (got > size) throw badDownload("the server sends more than the channel names");
        onPart(got / size);
        yield chunk;
      }
    };
    try {
      await pipeline(counted, createWriteStream(file, { flags: start === 0 ? "w" : "a", mode: 0o600, flush: true }), {
        signal,
      });
    } catch (error) {
      if (systemCodeOf(error) === "ENOSPC") throw noSpace(error);
      throw unreachable(url, error);
    } finally {
      end();
    }
    return true;
  }

  async #demandRoom(needed: number, folder: string): Promise<void> {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < needed + SPARE) throw noSpace(undefined);
  }

  /** Follows where the server sends it: files of a release often lie on another host. */
  async #get(url: URL, from: number, signal: AbortSignal): Promise<Answer> {
    let at = url;
    for (let hops = 0; ; hops++) {
      const answer = await this.#ask(at, from, signal);
      if ("response" in answer) return answer;
      if (hops === MAX_REDIRECTS) throw badRedirect(at, `sends on more than ${MAX_REDIRECTS} times`);
      at = redirected(at, answer.location);
    }
  }

  #ask(url: URL, from: number, signal: AbortSignal): Promise<Answer | { readonly location: string }> {
    const isTls = url.protocol === "https:";
    const agent = this.#agent(url);
    return new Promise((resolve, reject) => {
      const headers = from === 0 ? {} : { range: `bytes=${from}-` };
      const send = isTls ? httpsRequest : httpRequest;
      const options = { signal, headers, timeout: SILENCE, ca: this.#deps.ca, ...(agent === null ? {} : { agent }) };
      const request = send(url, options);
      const end = (): void => {
        request.destroy();
        agent?.destroy();
      };
      request.once("timeout", () =>
        request.destroy(new AppError("update.unreachable", `${url.host} is silent`, { retryable: true })),
      );
      request.once("error", (error) => reject(unreachable(url, error)));
      request.once("response", (response) => {
        const { statusCode = 0 } = response;
        const isOutOfRange = statusCode === OUT_OF_RANGE && from > 0;
        if (statusCode === 200 || statusCode === 206 || isOutOfRange) return resolve({ response, end });
        end();
        const { location } = response.headers;
        if (REDIRECTS.has(statusCode) && location !== undefined) return resolve({ location });
        const message = `${url.host} answers with ${statusCode}`;
        reject(
          new AppError("update.unreachable", message, { retryable: true, hint: "Check the address of the channel." }),
        );
      });
      request.end();
    });
  }

  #agent(url: URL): Agent | null {
    const { proxy, ca } = this.#deps;
    if (proxy === undefined) return null;
    const isTls = url.protocol === "https:";
    const port = url.port === "" ? (isTls ? 443 : 80) : Number(url.port);
    return new TunnelAgent({ proxy, target: { host: url.hostname, port }, tls: isTls ? { ca } : null }, {});
  }
}

function badDownload(message: string): AppError {
  return new AppError("update.bad_download", message, {
    hint: "Try again; if it stays so, the server holds another file than the channel says.",
  });
}

function badRedirect(from: URL, what: string): AppError {
  return new AppError("update.bad_redirect", `${from.host} ${what}`, {
    hint: "Name an address in the channel that leads to the file by https alone.",
  });
}

/** Where `from` sends to, without a user or password. From https there is no way to less; from this machine's own http there is one to https. */
function redirected(from: URL, location: string): URL {
  const to = URL.parse(location, from);
  if (to === null) throw badRedirect(from, "sends on to no address");
  const isAllowed = to.protocol === "https:" || (to.protocol === "http:" && from.protocol === "http:" && isOwn(to));
  if (!isAllowed) throw badRedirect(from, `sends on to ${to.protocol}//${to.host}`);
  to.username = "";
  to.password = "";
  return to;
}

const isOwn = ({ hostname }: URL): boolean => /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);

function noSpace(cause: unknown): AppError {
  return wrapError(cause, "update.no_space", "there is no room for the bundle on the data partition", {
    hint: "Make room, for example by removing old backups.",
  });
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

async function digestOf(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { signal })) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
