// What tests of the drachtio edge share.

import { expect } from "vitest";
import { type PhoneCall, sdpOf } from "../../sim/sip/phone-call.ts";
import type { SipPhone } from "../../sim/sip/sip-phone.ts";
import { DrachtioRig, type DrachtioRigOptions } from "../drachtio-rig.ts";
import { accountFor, type DialledCall, eventually, PASSWORD } from "../edge-contract.ts";

export const USER = "renter0001";
export const OTHER = "renter0002";

export async function openRig(options: DrachtioRigOptions = {}): Promise<DrachtioRig> {
  const rig = await DrachtioRig.open(options);
  await rig.edge.setAccounts([accountFor(USER, rig.realm), accountFor(OTHER, rig.realm)]);
  return rig;
}

export async function registered(
  rig: DrachtioRig,
  transport: "udp" | "tcp" | "tls" = "udp",
  user = USER,
): Promise<SipPhone> {
  const phone = await rig.phone({ user, password: PASSWORD, transport });
  expect((await phone.register()).status).toBe(200);
  return phone;
}

/** A call that `phone` dialled, and that was taken. */
export async function talking(
  rig: DrachtioRig,
  phone: SipPhone,
): Promise<{ readonly call: PhoneCall; readonly far: DialledCall }> {
  const next = rig.nextDial();
  const call = phone.dial("+15550100", sdpOf(40_000));
  const far = await next;
  await far.answer();
  await call.answered;
  return { call, far };
}

/** Nothing of a call is left, in the edge and in the server. */
export async function quiet(rig: DrachtioRig): Promise<void> {
  await eventually(() => rig.edge.dialogs() === 0);
  await eventually(() => rig.server === null || rig.server.dialogs === 0);
}
