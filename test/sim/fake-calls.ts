// Calls of a box that has none, for the web server and the console.

import { AppError } from "../../src/base/index.ts";
import { type CallsConsole, NO_CHECK } from "../../src/core/index.ts";
import type {
  CallHistoryReply,
  CallRecordView,
  CallsReply,
  CallView,
  SipAccountView,
  SoundCheckRequest,
  SoundCheckView,
} from "../../src/protocol/index.ts";

const AT = Date.UTC(2026, 0, 1);

export const CALL: CallView = {
  ...{ id: "ab".repeat(16), direction: "in", slot: "1", line: "line-1", rental: "cd".repeat(16) },
  ...{ phase: "talking", held: false, started_at: AT, talking_at: AT + 4000 },
  sound: { heard: 3050, said: 3050, silence: 12, stalls: 0 },
  quality: {
    ...{ codec: "opus", encryption: "sdes", lost_received: 2, lost_sent: 0 },
    ...{ jitter_ms: 3.5, round_trip_ms: 41 },
  },
};

export const CALLS_REPLY: CallsReply = {
  ...{ configured: true, problem: null, edge: "drachtio", accounts: 1, phones: 1, voice_slots: 2 },
  calls: [CALL],
};

export const ACCOUNT: SipAccountView = {
  ...{ rental: "cd".repeat(16), line: "line-1", user: "u7f3k2", rotation: 0 },
  phones: [{ agent: "Linphone/5.1", transport: "tls", expires_at: AT + 600_000 }],
};

export const RECORD: CallRecordView = {
  ...{ cursor: 7, id: "ef".repeat(16), direction: "out", line: "line-1", rental: "cd".repeat(16) },
  ...{ started_at: AT - 90_000, answered_at: AT - 80_000, duration: 61, cause: "hung_up", receipt: true },
};

export class FakeCalls implements CallsConsole {
  reply: CallsReply = CALLS_REPLY;
  /** Newest first. */
  records: readonly CallRecordView[] = [RECORD];
  list: readonly SipAccountView[] = [ACCOUNT];
  /** What the next deed fails with. */
  fault: Error | null = null;
  readonly asked: unknown[] = [];
  readonly ended: string[] = [];
  readonly rotated: string[] = [];

  sound: SoundCheckView = NO_CHECK;
  readonly checked: SoundCheckRequest[] = [];

  check = (): SoundCheckView => this.sound;
  beginCheck(request: SoundCheckRequest): SoundCheckView {
    if (this.fault !== null) throw this.fault;
    this.checked.push(request);
    const call = request.kind === "call";
    this.sound = {
      ...{ ...NO_CHECK, state: "running", kind: request.kind, at: AT },
      ...{ slot: call ? request.slot : null, step: call ? "dialling" : "sound" },
    };
    return this.sound;
  }
  calls = async (): Promise<CallsReply> => this.reply;
  async history(query: { readonly after: number; readonly limit: number }): Promise<CallHistoryReply> {
    this.asked.push(query);
    const { after, limit } = query;
    const behind = this.records.filter(({ cursor }) => after === 0 || cursor < after);
    const page = behind.slice(0, limit);
    return { calls: page, next: behind.length > limit ? (page.at(-1)?.cursor ?? 0) : 0 };
  }
  async hangUp(id: string): Promise<void> {
    if (this.fault !== null) throw this.fault;
    this.ended.push(id);
    this.reply = { ...this.reply, calls: this.reply.calls.filter((call) => call.id !== id) };
  }
  accounts = async (): Promise<readonly SipAccountView[]> => this.list;
  async rotate(rental: string): Promise<SipAccountView> {
    if (this.fault !== null) throw this.fault;
    const known = this.list.find((account) => account.rental === rental);
    if (known === undefined) throw new AppError("call.no_account", "the rental has no SIP account any more");
    this.rotated.push(rental);
    // Phones that know the old credential are signed out.
    const renewed = { ...known, rotation: known.rotation + 1, phones: [] };
    this.list = this.list.map((account) => (account === known ? renewed : account));
    return renewed;
  }
}
