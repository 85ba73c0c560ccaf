// What a twin is: a simulated modem that answers, and misbehaves, as its original does.

import type { Behaviour } from "../behaviour.ts";
import type { CallFace } from "../calls/call-faces.ts";
import type { ModemIdentity } from "../identity.ts";
import type { Settings } from "../settings.ts";

export interface Twin {
  /** What AT+CGMI, +CGMM and +CGMR say; its IMEI stays one of the test range. */
  readonly identity: Partial<Omit<ModemIdentity, "imei">>;
  /** Of its USB device, as `profileOfUsb` knows it; null for one on a plain serial line. */
  readonly usbId: string | null;
  /** Where it differs from the standard's power-on settings. */
  readonly powerOn?: Partial<Settings>;
  /** How it says what becomes of calls, and which key the other side pressed. */
  readonly callFace?: CallFace;
  readonly key?: (key: string) => string;
  /** Sound is off until a command switches it on. */
  readonly soundOff?: boolean;
  /** A fresh stack for one modem, asked before the base layers. */
  readonly layers: () => readonly Behaviour[];
  /** Asked when nothing else has answered. */
  readonly last?: () => readonly Behaviour[];
}
