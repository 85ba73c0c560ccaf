import { beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../../src/base/index.ts";
import { Store } from "../../../src/page-parts/index.ts";
import type { JoinView, LineView, SlotView } from "../../../src/protocol/index.ts";
import type { FleetApi } from "../../../src/web/pages/api-fleet.ts";
import { SlotActions } from "../../../src/web/pages/slot-actions.ts";
import { type Box, initialState } from "../../../src/web/pages/state.ts";

const slot = (step: string) => ({ id: "s1", step }) as SlotView;
const OPEN: JoinView = { open: true, closes_at: 9, found: [] };

/** The box, as far as these actions see it. */
class FakeApi implements FleetApi {
  readonly calls: string[] = [];
  away = false;

  recover = (id: string, rung: string) => this.#answer(`recover ${id} ${rung}`, slot("resetting"));
  enterPin = (id: string, pin: string, confirm: boolean) =>
    this.#answer(`pin ${id} ${pin} ${confirm}`, slot("opening"));
  at = (id: string, command: string) => this.#answer(`at ${id} ${command}`, { lines: [], ok: true, result: "OK" });
  removeSlot = (id: string) => this.#answer(`remove ${id}`, undefined);
  ussdAsk = (id: string, code: string) => this.#answer(`ask ${id} ${code}`, { text: "1 Balance", more: true });
  ussdReply = (id: string, text: string) => this.#answer(`reply ${id} ${text}`, { text: "5 EUR", more: false });
  ussdEnd = (id: string) => this.#answer(`end ${id}`, undefined);
  ussdNotice = (id: string) => this.#answer(`notice ${id}`, { text: "hello", at: 1 });
  join = () => this.#answer("join", OPEN);
  permitJoin = (span: number) => this.#answer(`permit ${span}`, { ...OPEN, open: span > 0 });
  addLine = (line: { id: string }) => this.#answer(`add ${line.id}`, {} as LineView);
  adoptSim = (line: string, of: string) => this.#answer(`adopt ${line} ${of}`, {} as LineView);

  async #answer<T>(call: string, value: T): Promise<T> {
    this.calls.push(call);
    if (this.away) throw new AppError("page.unreachable", "away");
    return value;
  }
}

describe("what is done to slots", () => {
  let api: FakeApi;
  let store: Store<ReturnType<typeof initialState>>;
  let actions: SlotActions;

  beforeEach(() => {
    api = new FakeApi();
    store = new Store({ ...initialState("overview", "system"), box: { slots: [slot("ready")] } as unknown as Box });
    actions = new SlotActions({ store, api });
  });

  const step = () => store.get().box?.slots[0]?.step;

  it("shows what the box answered before the live feed tells it", async () => {
    await actions.recover("s1", "cfun");
    expect([api.calls, step()]).toEqual([["recover s1 cfun"], "resetting"]);
    await actions.enterPin("s1", "1234", true);
    expect([api.calls[1], step()]).toEqual(["pin s1 1234 true", "opening"]);
  });

  it("changes nothing when the box refuses, and hands the refusal on", async () => {
    api.away = true;
    await expect(actions.recover("s1", "at")).rejects.toMatchObject({ code: "page.unreachable" });
    await expect(actions.permitJoin(254)).rejects.toMatchObject({ code: "page.unreachable" });
    expect([step(), store.get().hardware]).toEqual(["ready", null]);
  });

  it("opens and closes the window for new hardware", async () => {
    await actions.permitJoin(254);
    expect(store.get().hardware?.open).toBe(true);
    await actions.permitJoin(0);
    expect(store.get().hardware?.open).toBe(false);
  });

  it("keeps what is known of new hardware while the box does not answer", async () => {
    await actions.loadHardware();
    api.away = true;
    await actions.loadHardware();
    expect(store.get().hardware).toEqual(OPEN);
  });

  it("talks USSD, and treats a session or notice that cannot be reached as none", async () => {
    expect(await actions.ussdAsk("s1", "*100#")).toEqual({ text: "1 Balance", more: true });
    expect(await actions.ussdReply("s1", "1")).toEqual({ text: "5 EUR", more: false });
    api.away = true;
    await actions.ussdEnd("s1");
    expect(await actions.ussdNotice("s1")).toBeNull();
    expect(api.calls.slice(-2)).toEqual(["end s1", "notice s1"]);
  });
});
