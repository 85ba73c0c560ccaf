// Just enough WSP and MMS encapsulation to recognise what a binary message is (WAP-230-WSP 8.2, WAP-209-MMSEncapsulation 7).

import type { MessageKind, Ports } from "./pdu.ts";

// Connectionless WSP push, its secured form, and the WSP session port that some senders use for pushes.
const PUSH_PORTS: readonly number[] = [2948, 2949, 9200];
const PUSH = 0x06;
const CONFIRMED_PUSH = 0x07;
// application/vnd.wap.mms-message as a well-known media type (0x3E), as a short integer.
const MMS_MEDIA_SHORT = 0xbe;
const MMS_MEDIA_NAME = "application/vnd.wap.mms-message";
// X-Mms-Message-Type: m-notification-ind, the first header of an MMS PDU.
const MESSAGE_TYPE = 0x8c;
const NOTIFICATION_IND = 0x82;

/** A variable-length unsigned integer: its value and the position after it. Five octets at most. */
function readUintvar(octets: Uint8Array, start: number): { value: number; next: number } {
  let value = 0;
  let at = start;
  while (at < start + 5) {
    const octet = octets[at++] ?? 0;
    value = value * 128 + (octet & 0x7f);
    if (octet < 0x80) break;
  }
  return { value, next: at };
}

/** Whether a content type value starts at `at`: a media type alone, or a value length (0-30, or 31 and a uintvar) before it. */
function isMmsContentType(octets: Uint8Array, at: number): boolean {
  const first = octets[at] ?? 0;
  if (first === 31) return isMmsMedia(octets, readUintvar(octets, at + 1).next);
  return isMmsMedia(octets, first < 31 ? at + 1 : at);
}

function isMmsMedia(octets: Uint8Array, at: number): boolean {
  if (octets[at] === MMS_MEDIA_SHORT) return true;
  for (let i = 0; i < MMS_MEDIA_NAME.length; i++) {
    if (octets[at + i] !== MMS_MEDIA_NAME.charCodeAt(i)) return false;
  }
  return true;
}

function isMmsNotification(data: Uint8Array): boolean {
  if (data[1] !== PUSH && data[1] !== CONFIRMED_PUSH) return false;
  const headers = readUintvar(data, 2);
  const body = headers.next + headers.value;
  return isMmsContentType(data, headers.next) && data[body] === MESSAGE_TYPE && data[body + 1] === NOTIFICATION_IND;
}

/** What 8-bit data sent to `ports` is. Only the first part of a concatenated push shows that it is an MMS notification. */
export function dataKind(data: Uint8Array, ports: Ports | null): MessageKind {
  if (ports === null || !PUSH_PORTS.includes(ports.dst)) return "data";
  return isMmsNotification(data) ? "mms-notification" : "wap-push";
}
