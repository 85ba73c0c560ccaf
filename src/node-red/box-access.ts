// Where the box is and with which token it is asked: what the owner has typed into the config node, or the file that the box on the
// same machine wrote for its own Node-RED.

import { z } from "zod";
import { AppError, Secret } from "../base/index.ts";
import { parseJsonWith } from "../protocol/index.ts";

export interface BoxAccess {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: Secret<string>;
}

/** Asked anew for each connection: the box makes a new token at each of its starts. Errors: `node_red.no_access`. */
export type GetAccess = () => Promise<BoxAccess>;

export interface AccessSettings {
  readonly url: string;
  readonly token: string;
  /** The box's own file, null where Node-RED was not started by a box. */
  readonly file: string | null;
}

const boxUrl = z
  .url({ protocol: /^https?$/ })
  .refine((text) => !/^[a-z]+:\/\/[^/]*@/i.test(text), "without a user name or password");
const accessFile = z.object({ url: boxUrl, token: z.string().min(20) });

const trimmed = (url: string): string => url.replace(/\/+$/, "");

/** `read` gives a file's text. */
export function accessOf(settings: AccessSettings, read: (file: string) => Promise<string>): GetAccess {
  const { url, token, file } = settings;
  return async () => {
    if (url !== "" || token !== "") return typed(url, token);
    if (file === null) throw noAccess("no address and token of a box are given");
    let text: string;
    try {
      text = await read(file);
    } catch (cause) {
      throw noAccess("the box has left no token for its Node-RED", cause);
    }
    const access = parseJsonWith(accessFile, text, "node_red.no_access", "the box's access file");
    return { url: trimmed(access.url), token: new Secret(access.token) };
  };
}

function typed(url: string, token: string): BoxAccess {
  if (!boxUrl.safeParse(url).success) throw noAccess("the address of the box must be http://… or https://…");
  if (token === "") throw noAccess("the token of the box is missing");
  return { url: trimmed(url), token: new Secret(token) };
}

function noAccess(message: string, cause?: unknown): AppError {
  return new AppError("node_red.no_access", message, {
    hint: "Open the numberbox node and fill in the box's address and an API token.",
    cause,
  });
}
