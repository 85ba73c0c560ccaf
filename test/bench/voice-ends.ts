// Both ends of a measured call: a modem of bursts with a clock of its own, and a phone's ear and mouth for RTP in PCMU.

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { AudioCounts, ModemAudio, PcmExchange } from "../../src/core/index.ts";
import { machineTime } from "./measure.ts";

const FRAME = 320;
const RTP_HEADER = 12;
const EVERY_FRAMES = 25;
const LOUD = 12_000;

function loudFrame(): Uint8Array {
  const frame = new Uint8Array(FRAME);
  const view = new DataView(frame.buffer);
  for (let at = 0; at < FRAME / 2; at++) view.setInt16(2 * at, Math.round(LOUD * Math.sin(at * 0.7)), true);
  return frame;
}

function isLoud(frame: Uint8Array): boolean {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  for (let at = 0; at + 1 < frame.byteLength; at += 2) if (Math.abs(view.getInt16(at, true)) > LOUD / 4) return true;
  return false;
}

/** Runs `work` every `ms`, by the clock and not by the run before; returns what ends it. */
export function every(ms: number, work: () => void): () => void {
  let due = machineTime();
  let timer: NodeJS.Timeout;
  const tick = (): void => {
    work();
    due += ms;
    timer = setTimeout(tick, Math.max(0, due - machineTime()));
  };
  timer = setTimeout(tick, 0);
  return () => clearTimeout(timer);
}

/** Says one loud frame in half a second, and notes when it said and heard one. */
export class BurstModem implements ModemAudio {
  readonly said: number[] = [];
  readonly told: number[] = [];
  /** Frames without sound from the phone. */
  silence = 0;
  frames = 0;
  readonly #stop: () => void;
  readonly #loud = loudFrame();
  readonly #quiet = new Uint8Array(FRAME);
  #exchange: PcmExchange | null = null;
  #loudBefore = false;

  /** `drift`: 0.01 for a clock that is 1 % fast. */
  constructor(drift = 0) {
    this.#stop = every(20 / (1 + drift), () => this.#frame());
  }

  exchange(with_: PcmExchange): () => void {
    this.#exchange = with_;
    return () => {
      if (this.#exchange === with_) this.#exchange = null;
    };
  }

  counts(): AudioCounts {
    return { heard: this.frames, said: this.frames, silence: this.silence, stalls: 0 };
  }

  stop(): void {
    this.#stop();
  }

  #frame(): void {
    if (this.#exchange === null) return;
    const loud = this.frames++ % EVERY_FRAMES === 0;
    if (loud) this.said.push(machineTime());
    const told = this.#exchange(loud ? this.#loud : this.#quiet);
    if (told === null) this.silence++;
    const now = told !== null && isLoud(told);
    if (now && !this.#loudBefore) this.told.push(machineTime());
    this.#loudBefore = now;
  }
}

/** mu-law (G.711): segments from 4 up are louder than a quarter of `LOUD`. */
const isLoudByte = (byte: number): boolean => ((~byte >> 4) & 7) >= 5;
const SILENCE = 0xff;
/** Of +-12,000, near full scale in mu-law. */
const LOUD_BYTES = [0x8f, 0x0f];

/** Sends PCMU all the time, one loud packet in half a second, and notes when loud ones come. */
export class RtpEnd {
  readonly said: number[] = [];
  readonly heard: number[] = [];
  packets = 0;
  lost = 0;
  /** ms; the longest time from one packet to the next since it was last set to 0. */
  longestGap = 0;
  #at: number | null = null;
  readonly #socket: Socket;
  #stop: () => void = () => {};
  #last: number | null = null;
  #loudBefore = false;
  #sent = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (packet) => this.#take(packet));
  }

  static async open(): Promise<RtpEnd> {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return new RtpEnd(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** To the address of the other side's SDP. */
  talk(sdp: string): void {
    const port = Number(/^m=audio (\d+)/m.exec(sdp)?.[1]);
    const host = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1] ?? "127.0.0.1";
    this.#stop = every(20, () => this.#send(port, host));
  }

  close(): void {
    this.#stop();
    this.#socket.close();
  }

  #send(port: number, host: string): void {
    const packet = Buffer.alloc(RTP_HEADER + FRAME / 2, SILENCE);
    packet[0] = 0x80;
    packet[1] = 0;
    packet.writeUInt16BE(this.#sent & 0xffff, 2);
    packet.writeUInt32BE((this.#sent * 160) >>> 0, 4);
    packet.writeUInt32BE(0x5eed, 8);
    if (this.#sent++ % EVERY_FRAMES === EVERY_FRAMES / 2 - 0.5) {
      for (let at = RTP_HEADER; at < packet.length; at++) packet[at] = LOUD_BYTES[(at >> 2) & 1] ?? SILENCE;
      this.said.push(machineTime());
    }
    this.#socket.send(packet, port, host);
  }

  #take(packet: Buffer): void {
    if (packet.length < RTP_HEADER + 1 || (packet[1] ?? 0) % 128 !== 0) return;
    const sequence = packet.readUInt16BE(2);
    if (this.#last !== null) this.lost += Math.min(1000, (sequence - this.#last - 1) & 0xffff);
    this.#last = sequence;
    const now = machineTime();
    if (this.#at !== null) this.longestGap = Math.max(this.longestGap, now - this.#at);
    this.#at = now;
    this.packets++;
    const loud = packet.subarray(RTP_HEADER).some(isLoudByte);
    if (loud && !this.#loudBefore) this.heard.push(machineTime());
    this.#loudBefore = loud;
  }
}

/** From each moment of `said` to the first of `heard` behind it, in ms; what is over `limit` away was not heard. */
export function delaysOf(said: readonly number[], heard: readonly number[], limit = 400): readonly number[] {
  return said.flatMap((at) => {
    const next = heard.find((time) => time >= at);
    return next === undefined || next - at > limit ? [] : [next - at];
  });
}
