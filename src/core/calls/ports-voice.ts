// What a call needs of its two ends: the modem, which speaks with the telephone network, and the phones of a renter, which speak SIP.
// Numbers and digits that pass here are in memory only; they never reach a log, a metric or an event.

import type { Disposer, SlotId, UnixMs } from "../../base/index.ts";

/** 8 kHz, mono, signed 16-bit little endian, 20 ms: what modems and AudioSocket both speak. */
export const PCM_FRAME_BYTES = 320;
export const PCM_FRAME_MS = 20;
export const PCM_RATE = 8000;

/** One of `0`-`9`, `*`, `#`, `A`-`D` (TS 23.014). */
export type Digit = string;

/** Why a call is over, as both ends can say it. */
export type EndCause =
  /** One of the two hung up after they spoke. */
  | "hung_up"
  /** Whoever called gave up before it was answered. */
  | "cancelled"
  | "busy"
  | "declined"
  | "no_answer"
  /** No such number, or the network cannot reach it. */
  | "unreachable"
  | "congested"
  /** No phone of the renter is registered. */
  | "not_registered"
  | "no_rental"
  /** Policy: emergency, premium, country. */
  | "blocked"
  | "no_credit"
  /** As long as the policy lets one call be. */
  | "max_call"
  /** The minutes that the policy gives a rental in a day are used up. */
  | "day_limit"
  /** The line has a call already. */
  | "line_busy"
  | "modem_lost"
  | "gateway_lost"
  /** No sound from a phone for too long. */
  | "media_timeout"
  | "stopped"
  | "failed";

/**
 * The modem's clock drives the sound: called once for each frame that the modem said (`heard`, 320 bytes, valid during the call only),
 * it returns what the modem shall say in exchange, or null for silence. Never blocks, never throws.
 */
export type PcmExchange = (heard: Uint8Array) => Uint8Array | null;

export interface AudioCounts {
  /** Frames that the modem said. */
  readonly heard: number;
  /** Frames that the modem was given, silence included. */
  readonly said: number;
  /** Of them silence that was made because nothing was there. */
  readonly silence: number;
  /** Gaps of over 60 ms between two frames of the modem. */
  readonly stalls: number;
}

/** The sound of one call of a modem. */
export interface ModemAudio {
  /** One at a time: a second takes the place of the first. The disposer leaves silence behind. */
  exchange(with_: PcmExchange): Disposer;
  counts(): AudioCounts;
}

/** `calls`: calls are told and can be refused, but there is no way for sound. */
export type VoiceAbility = "none" | "calls" | "audio";

export type ModemCallEvent =
  /** The other side rings. */
  | { readonly type: "alerting" }
  /** Both can speak; the network counts from here. */
  | { readonly type: "connected" }
  | { readonly type: "digit"; readonly digit: Digit }
  /** Always the last. */
  | { readonly type: "ended"; readonly cause: EndCause };

/** One call of a modem, until its `ended`. */
export interface ModemCall {
  readonly slot: SlotId;
  readonly direction: "in" | "out";
  /** Who calls, as the network says it; null when it is withheld or not known. */
  readonly number: string | null;
  readonly audio: ModemAudio;
  onEvent(listener: (event: ModemCallEvent) => void): Disposer;
  /** Takes an incoming call. Errors: `voice.modem_refused`, `voice.call_over`, `modem.…`. */
  answer(): Promise<void>;
  /** Ends or refuses it; `ended` follows. Idempotent; rejects with `modem.…` when the modem did not take it: it is tried again inside. */
  hangUp(): Promise<void>;
  /** Sends one tone after the other, each once. Errors: `voice.bad_digit`, `voice.call_over`, `modem.…`. */
  sendDigit(digit: Digit): Promise<void>;
}

/** Calls of one slot: at most one at a time, a second caller hears busy. */
export interface SlotVoice {
  ability(): VoiceAbility;
  /** The call that there is. */
  current(): ModemCall | null;
  /** An incoming call, once its number is known or known to be withheld. */
  onRing(listener: (call: ModemCall) => void): Disposer;
  /**
   * Dials `number`: digits, with `+` before an international one; what else it holds is refused here too, whatever policy said before.
   * Resolves when the modem took the command. Errors: `voice.line_busy`, `voice.not_ready`, `voice.no_audio`, `voice.bad_number`, `modem.…`.
   */
  dial(number: string, signal: AbortSignal): Promise<ModemCall>;
}

export type MediaEncryption = "none" | "sdes" | "dtls";

/** A SIP account as the edge must know it. Replaced as a whole when its credential rotates. */
export interface SipAccount {
  /** Random; tells nothing of renter or number. */
  readonly user: string;
  /** H(user:realm:password) of RFC 8760, lower-case hex; held in memory only. */
  readonly ha1: { readonly md5: string; readonly sha256: string };
  /** How the sound of a call to this account is offered. */
  readonly encryption: MediaEncryption;
}

/** A phone that is registered for an account. */
export interface SipBinding {
  readonly user: string;
  /** Such as `Linphone Desktop/5.1.65`, cut to 100 printable characters. */
  readonly agent: string | null;
  readonly transport: "udp" | "tcp" | "tls" | "ws" | "wss";
  readonly expiresAt: UnixMs;
}

export interface CallQuality {
  /** Of the phone's side, such as `opus`. */
  readonly codec: string | null;
  readonly encryption: MediaEncryption;
  /** RTP packets that got lost on their way to us and from us, as RTCP tells; null when not known. */
  readonly lost: { readonly received: number | null; readonly sent: number | null };
  /** RFC 3550 jitter in ms. */
  readonly jitter: number | null;
  /** Round trip in ms, from RTCP. */
  readonly roundTrip: number | null;
}

export type PhoneEvent =
  | { readonly type: "ringing" }
  /** A phone took the call and said ACK: what is paid for begins here. */
  | { readonly type: "answered" }
  | { readonly type: "digit"; readonly digit: Digit }
  | { readonly type: "held" }
  | { readonly type: "resumed" }
  /** Always the last. */
  | { readonly type: "ended"; readonly cause: EndCause };

/** What can be played to whoever is in a call. */
export type Announcement =
  | "blocked"
  | "emergency"
  | "no_credit"
  | "unreachable"
  | "busy"
  | "warning"
  | "echo"
  /** For a caller from the telephone network whose call nobody takes. */
  | "not_available";

/** The phone's side of one call, until its `ended`. */
export interface PhoneLeg {
  /** The account's user. */
  readonly user: string;
  onEvent(listener: (event: PhoneEvent) => void): Disposer;
  /** To a phone that dials: the other side rings. */
  ringing(): Promise<void>;
  /** To a phone that dials: sound before the answer (183), for what the network says. Errors: `voice.…`. */
  openEarly(audio: ModemAudio): Promise<void>;
  /** To a phone that dials: the other side took the call (200). */
  answer(): Promise<void>;
  /** Lets the two hear each other; after `answered`, or after `answer`. Errors: `voice.leg_gone`, `voice.media_failed`. */
  connect(audio: ModemAudio): Promise<void>;
  /** Plays once, then resolves; over the sound of the call when there is one (`warning`). Does nothing when the leg is over. */
  play(what: Announcement): Promise<void>;
  /** Ends it, with the SIP status that says why. `ended` follows. Idempotent, never rejects. */
  hangUp(cause: EndCause): Promise<void>;
  quality(): Promise<CallQuality | null>;
}

/** A renter's phone dials. Nothing has been answered yet. */
export interface DialRequest {
  readonly leg: PhoneLeg;
  /** As it was dialled, at most 64 characters; not checked. */
  readonly dialled: string;
}

export interface RingRequest {
  readonly user: string;
  /** What the phone shows as the caller: a number, or null for a withheld one. */
  readonly from: string | null;
}

/** A way through Asterisk for a look at the sound: what is sent comes out at its far end, and what is said there comes back. */
export interface SoundLoop {
  /** 320 bytes. False: Asterisk does not keep up, and it was dropped. */
  send(pcm: Uint8Array): boolean;
  onAudio(listener: (pcm: Uint8Array) => void): Disposer;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

export type GatewayState =
  | { readonly kind: "down"; readonly code: string; readonly hint: string }
  | { readonly kind: "up"; readonly edge: "drachtio" | "asterisk" | "relay" };

/** SIP phones and the sound to them: Asterisk with whichever edge is in front of it. */
export interface VoiceGateway {
  state(): GatewayState;
  onState(listener: (state: GatewayState) => void): Disposer;
  /** All accounts that may register, replacing those before; who vanished is unregistered and refused from now on. */
  setAccounts(accounts: readonly SipAccount[]): Promise<void>;
  bindings(): readonly SipBinding[];
  /** Rings all phones of an account; the first that answers gets the call. A leg without phones ends with `not_registered`. */
  ring(request: RingRequest): PhoneLeg;
  onDial(listener: (request: DialRequest) => void): Disposer;
  /** `far` speaks at the far end; null: there it echoes. Errors: `voice.edge_down` and the like, `voice.media_failed`. */
  openLoop(far: ModemAudio | null): Promise<SoundLoop>;
  /** Requests that the edge let drop because they came too often, since its start; null where it does not count. */
  throttled(): number | null;
  /** Legs that exist now, for a look at leaks: none when no call is on. */
  legs(): number;
}
