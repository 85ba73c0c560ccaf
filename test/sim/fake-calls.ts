// Calls of a box that has none, for the web server and the console.

import type { CallsConsole } from "../../src/core/index.ts";
import type {
  CallHistoryReply,
  CallRecordView,
  CallsReply,
  CallView,
  SipAccountView,
} from "../../src/protocol/index.ts";

const AT = Date.UTC(2026, 0, 1);

const CALL: CallView = {
  ...{ id: "ab".repeat(16), direction: "in", slot: "1", line: "line-1", rental: "cd".repeat(16) },
  ...{ phase: "talking", held: false, started_at: AT, talking_at: AT + 4000 },
  sound: { heard: 3050, said: 3050, silence: 12, stalls: 0 },
  quality: {
    ...{ codec: "opus", encryption: "sdes", lost_received: 2, lost_sent: 0 },
    ...{ jitter_ms: 3.5, round_trip_ms: 41 },
  },
};

export const CALLS_REPLY: CallsReply = {
  ...{ problem: null, edge: "drachtio", accounts: 1, phones: 1, voice_slots: 2 },
  calls: [CALL],
};

const ACCOUNT: SipAccountView = {
  ...{ rental: "cd".repeat(16), line: "line-1", user: "u7f3k2", rotation: 0 },
  phones: [{ agent: "Linphone/5.1", transport: "tls", expires_at: AT + 600_000 }],
};

const RECORD: CallRecordView = {
  ...{ cursor: 7, id: "ef".repeat(16), direction: "out", line: "line-1", rental: "cd".repeat(16) },
  ...{ started_at: AT - 90_000, answered_at: AT - 80_000, duration: 61, cause: "hung_up", receipt: true },
};

export class FakeCalls implements CallsConsole {
  reply: CallsReply = CALLS_REPLY;
  records: readonly CallRecordView[] = [RECORD];
  list: SipAccountView[] = [ACCOUNT];
  /** What the next deed fails with. */
  fault: Error | null = null;
  readonly asked: unknown[] = [];
  readonly ended: string[] = [];
  readonly rotated: string[] = [];

  calls = async (): Promise<CallsReply> => this.reply;
  async history(query: { readonly after: number; readonly limit: number }): Promise<CallHistoryReply> {
    this.asked.push(query);
    return { calls: [...this.records], next: 0 };
  }
  async hangUp(id: string): Promise<void> {
    if (this.fault !== null) throw this.fault;
    this.ended.push(id);
  }
  accounts = async (): Promise<readonly SipAccountView[]> => this.list;
  async rotate(rental: string): Promise<SipAccountView> {
    if (this.fault !== null) throw this.fault;
    this.rotated.push(rental);
    return { ...ACCOUNT, rotation: ACCOUNT.rotation + 1 };
  }
}
