// What differs between modems in calls, as data: how they are asked whether they have a way for sound, what comes before, in and after a
// call. From the vendors' manuals, and from what chan_quectel and chan_dongle found out.

import type { HangUpCommand, ToneCommand, VoiceQuestion, VoiceSetting } from "../../at/index.ts";
import { type Millis, millis, seconds } from "../../base/index.ts";

/** Settings that a modem may not take at once. */
export interface Persistent {
  readonly setting: VoiceSetting;
  /** From the connection to the first try. */
  readonly delay: Millis;
  readonly tries: number;
  /** Between two tries. */
  readonly pause: Millis;
}

export interface VoiceProfile {
  /** A modem that answers it with OK has a way for sound; null: none that is known. */
  readonly question: VoiceQuestion | null;
  /** What the answer has to say besides OK, for modems that answer also when they cannot. */
  readonly answer?: RegExp;
  /** Sent once in each conversation, errors ignored. */
  readonly settings: readonly VoiceSetting[];
  /** As `settings`, for modems with a way for sound. */
  readonly soundSettings: readonly VoiceSetting[];
  /** Before each call that is dialled or answered; the last one that fails makes the call fail. */
  readonly beforeCall: readonly VoiceSetting[];
  /** Right after dialling, and after answering. */
  readonly afterDial: readonly VoiceSetting[];
  /** Once both can speak. */
  readonly afterConnect: readonly Persistent[];
  /** Once the call is over, errors ignored. */
  readonly afterCall: readonly VoiceSetting[];
  /** Tried in turn until the call is gone. */
  readonly hangUp: readonly HangUpCommand[];
  readonly tone: ToneCommand;
  /** What tones can be sent. */
  readonly tones: RegExp;
  /**
   * What is done about a caller who waits. `refuse`: AT+CHLD=0. `ignore`: it rings on until the network gives up, as ending one of two
   * calls takes the other's sound away.
   */
  readonly secondCaller: "refuse" | "ignore";
}

const COMMON: readonly VoiceSetting[] = ["S0=0", "+COLP=0", "+CVHU=0"];
const NO_LETTERS = /^[0-9*#]$/;

/** TS 27.007 as written, without sound. */
export const genericVoice: VoiceProfile = {
  question: null,
  settings: COMMON,
  soundSettings: [],
  beforeCall: [],
  afterDial: [],
  afterConnect: [],
  afterCall: [],
  hangUp: ["+CHUP", "H"],
  tone: "+VTS",
  tones: /^[0-9A-D*#]$/,
  secondCaller: "refuse",
};

/**
 * PCM over the serial port of GNSS. +QPCMV goes through 0 before every call, or some firmware stays mute. The other way, USB audio
 * (+QPCMV=1,2, a sound card `Android` of 8 kHz mono), needs ALSA, which Node has not: it is written down here and not used.
 */
export const quectelVoice: VoiceProfile = {
  ...genericVoice,
  question: "+QPCMV?",
  settings: [...COMMON, "^DSCI=1", "+QTONEDET=1"],
  soundSettings: ['+QGPSCFG="outport","none"'],
  beforeCall: ["+QPCMV=0", "+QPCMV=1,0"],
  afterCall: ["+QPCMV=0"],
  tones: NO_LETTERS,
};

/** The sound is switched on a second after the connection, and is refused at first by some firmware. */
export const simcomVoice: VoiceProfile = {
  ...genericVoice,
  question: "+CPCMREG?",
  settings: [...COMMON, "^DSCI=1", "+DDET=1"],
  soundSettings: ["$QCRCIND=1", "+CPCMBANDWIDTH=1,1"],
  beforeCall: ["+CPCMREG=0"],
  afterConnect: [{ setting: "+CPCMREG=1", delay: seconds(1), tries: 5, pause: millis(1000) }],
  afterCall: ["+CPCMREG=0"],
  tones: NO_LETTERS,
};

/** +CHLD between ATD and ^CONF hangs some, and ending one of two calls makes the other mute: +CHUP alone, and no second call. */
export const huaweiVoice: VoiceProfile = {
  ...genericVoice,
  question: "^CVOICE?",
  // `^CVOICE:0`, and with its numbers `^CVOICE:0,8000,16,20`: sound can be had.
  answer: /^\^CVOICE:\s*0(?:,|$)/i,
  afterDial: ["^DDSETEX=2"],
  tone: "^DTMF",
  tones: NO_LETTERS,
  secondCaller: "ignore",
};
