// What differs between modems, as data. A profile overrides the generic 3GPP one where a vendor deviates; code never asks for a model.

import type {
  AccessTechnology,
  IccidCommand,
  NetworkCommand,
  PinRetriesCommand,
  RestartCommand,
  SettingCommand,
  SignalCommand,
} from "../../at/index.ts";
import type { VoiceProfile } from "./voice.ts";

/** What a modem says of itself: AT+CGMI and AT+CGMM, or ATI where those are silent. */
export interface ModelIdentity {
  readonly manufacturer: string;
  readonly model: string;
}

/** Which USB interface of a device is what. Numbers are `bInterfaceNumber`. */
export interface UsbLayout {
  /** `idVendor:idProduct`, lower-case hex. */
  readonly usbId: string;
  /** Interfaces that take AT commands, best first. */
  readonly at: readonly number[];
  /** PPP data; it may take AT commands too, but goes deaf when something dials. */
  readonly data?: number;
  /** Voice as PCM frames. */
  readonly audio?: number;
  /** NMEA, diagnostics and the like: bytes there mean nothing here, and some modems hang when they are written to. */
  readonly never?: readonly number[];
}

export interface ModemProfile {
  /** Kebab-case; shown in the console. */
  readonly id: string;
  /** For people, such as `Quectel EC2x`. */
  readonly name: string;
  /** Whether this profile is for a modem that names itself so. */
  readonly matches: (identity: ModelIdentity) => boolean;
  readonly usb: readonly UsbLayout[];
  /** Sent once after the modem is known, errors ignored: what makes it speak where and how we listen. */
  readonly settings: readonly SettingCommand[];
  /** Forms of the ICCID command, tried in order. */
  readonly iccid: readonly IccidCommand[];
  /** Forms of the question how many tries PIN and PUK have left, tried in order. */
  readonly pinRetries: readonly PinRetriesCommand[];
  /** Asked where +CSQ knows no strength, as on LTE it often does not. */
  readonly signal: readonly SignalCommand[];
  /** Asked for technology and network where +COPS tells no <AcT>. */
  readonly network: readonly NetworkCommand[];
  /** What the modem means where it says an <AcT> that the standard has for something else. */
  readonly acts: Readonly<Partial<Record<AccessTechnology, AccessTechnology>>>;
  /**
   * Storages to receive into, best first. SM is on the SIM, so what was not read moves with the line. Never MT: it shows the messages of
   * SM and ME under numbers of its own, and a message that was read under another number looks like a second one.
   */
  readonly receiveInto: readonly string[];
  /** Storages to look through besides, where messages of an earlier set-up may lie. */
  readonly alsoRead: readonly string[];
  /** `+CNMI` modes, best first; 2 buffers URCs while the line is busy. */
  readonly indicationModes: readonly number[];
  /** `each`: the modem cannot list PDUs, so every place is read by itself (+CMGR). */
  readonly listing: "list" | "each";
  /** Whether +CMT with +CNMA is safe: the modem waits for the acknowledgement, and the network repeats what got none (TS 27.005 3.4.1). */
  readonly acknowledges: boolean;
  /** How the modem wants a USSD code, and gives the answer, besides what the data coding scheme says (TS 27.007 7.15). */
  readonly ussd: "text" | "hex_ucs2" | "hex_packed";
  readonly voice: VoiceProfile;
  /** What restarts it; the last resort before its power is cut. */
  readonly restart: RestartCommand;
}
