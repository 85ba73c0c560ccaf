// What an owner types to add a phone, judged. Pure.

import { type AddPhoneRequest, addPhoneRequest } from "../../../protocol/index.ts";

export interface PhoneForm {
  readonly name: string;
  readonly boxUrl: string;
  /** `scan`: the phone's own browser tells the rest; `typed`: address, user and password are typed here. */
  readonly way: "scan" | "typed";
  readonly address: string;
  readonly user: string;
  readonly password: string;
}

/** `192.168.1.31` and `192.168.1.31:8080` mean what they mean: the app's server speaks http on port 8080. */
export function apiUrlOf(address: string): string {
  const text = address.trim().replace(/\/+$/, "");
  const url = /^https?:\/\//i.test(text) ? text : `http://${text}`;
  return /:\d+$/.test(url) || url.startsWith("https:") ? url : `${url}:8080`;
}

/** Null while something is missing or wrong. */
export function requestOf(form: PhoneForm): AddPhoneRequest | null {
  const { name, boxUrl, way, address, user, password } = form;
  const api = { url: apiUrlOf(address), user: user.trim(), password: password.trim() };
  const parsed = addPhoneRequest.safeParse({
    name: name.trim(),
    box_url: boxUrl.trim().replace(/\/+$/, ""),
    ...(way === "typed" ? { api } : {}),
  });
  return parsed.success ? parsed.data : null;
}

export type Reach = "good" | "usb" | "plain" | "bad";

/** Whether the app will send to this address: https, or itself by way of a USB cable. */
export function reachOf(boxUrl: string): Reach {
  const url = URL.parse(boxUrl.trim());
  if (url === null || !/^https?:$/.test(url.protocol)) return "bad";
  if (/^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname)) return "usb";
  return url.protocol === "https:" ? "good" : "plain";
}
