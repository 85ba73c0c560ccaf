import { describe, expect, it } from "vitest";
import {
  AppError,
  type Disposer,
  type Millis,
  millis,
  minutes,
  seconds,
  silentLogger,
} from "../../../src/base/index.ts";
import {
  EventLog,
  type InputLine,
  idleButton,
  type LightName,
  lightOf,
  Panel,
  type PanelFacts,
  type SystemAction,
  type SystemActions,
  stepButton,
} from "../../../src/core/index.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

class FakeLine implements InputLine {
  readonly #level: boolean;
  readonly #clock: VirtualClock;
  /** `lasted`: left out, as long as it was. */
  set: (active: boolean, lasted?: Millis | null) => void = () => {};
  constructor(clock: VirtualClock, level = false) {
    this.#clock = clock;
    this.#level = level;
  }
  watch(onChange: (active: boolean, lasted: Millis | null) => void): Disposer {
    let since = this.#clock.monotonic();
    this.set = (active, lasted = millis(this.#clock.monotonic() - since)) => {
      since = this.#clock.monotonic();
      onChange(active, lasted);
    };
    onChange(this.#level, null);
    return () => {
      this.set = () => {};
    };
  }
}

interface Levels {
  readonly button?: boolean;
  readonly mains?: boolean;
}

function rig(given?: SystemActions, levels: Levels = {}) {
  const clock = new VirtualClock();
  const events = new EventLog(clock, silentLogger);
  const asked: SystemAction[] = [];
  let shown: LightName | "dark" = "dark";
  let facts: PanelFacts = { slots: [{ state: "ready" }], unclaimed: false, alerts: 0 };
  const [button, mains] = [new FakeLine(clock, levels.button), new FakeLine(clock, levels.mains)];
  const panel = new Panel({
    ...{ button, clock, events, log: silentLogger },
    mains: { line: mains, delay: seconds(30) },
    light: {
      show: (light) => {
        shown = light;
      },
      dark: () => {
        shown = "dark";
      },
    },
    facts: () => facts,
    actions: given ?? { perform: async (action) => void asked.push(action) },
  });
  panel.start();
  return {
    ...{ clock, panel, button, mains, asked },
    shown: () => shown,
    now: (next: Partial<PanelFacts>) => {
      facts = { ...facts, ...next };
    },
    codes: () => events.list({ after: 0, limit: 10 }).map(({ code }) => code),
  };
}

describe("the light", () => {
  it.each<[Partial<PanelFacts>, LightName]>([
    [{}, "good"],
    [{ slots: null }, "starting"],
    [{ unclaimed: true }, "unclaimed"],
    [{ slots: [{ state: "ready" }, { state: "down" }] }, "trouble"],
    [{ slots: [{ state: "starting" }] }, "good"],
    [{ alerts: 1 }, "trouble"],
  ])("with %j shows %s", (facts, light) => {
    expect(lightOf({ slots: [], unclaimed: false, alerts: 0, ...facts })).toBe(light);
  });

  it("follows within seconds, and is dark after the stop", async () => {
    const { clock, panel, shown, now } = rig();
    expect(shown()).toBe("good");
    now({ alerts: 2 });
    await clock.advance(seconds(2));
    expect(shown()).toBe("trouble");
    panel.stop();
    panel.stop();
    expect([shown(), clock.pending]).toEqual(["dark", []]);
  });
});

describe("the button", () => {
  const hold = async (time: Parameters<VirtualClock["advance"]>[0]) => {
    const made = rig();
    made.button.set(true);
    await made.clock.advance(time);
    const during = made.shown();
    made.button.set(false);
    await made.clock.flush();
    return { ...made, during };
  };

  it("does nothing when it is pressed shortly", async () => {
    const { during, asked, shown } = await hold(seconds(2));
    expect([during, asked, shown()]).toEqual(["good", [], "good"]);
  });

  it("warns from three seconds on, and forgives until ten", async () => {
    const { during, asked, shown } = await hold(millis(9900));
    expect([during, asked, shown()]).toEqual(["warning", [], "good"]);
  });

  it("resets when it is let go after ten", async () => {
    const { during, asked, codes } = await hold(seconds(11));
    expect([during, asked, codes()]).toEqual(["warning", ["factory_reset"], ["host.button_reset"]]);
  });

  it.each([
    ["was short, though a busy box hears of its end late", millis(400)],
    ["nobody saw the ends of", null],
  ])("deletes nothing by a press that %s", async (_what, lasted) => {
    const { button, clock, asked, shown } = rig();
    button.set(true);
    await clock.advance(seconds(15));
    button.set(false, lasted);
    await clock.flush();
    expect([asked, shown()]).toEqual([[], "good"]);
  });

  it("that is stuck does nothing, whenever it comes loose", async () => {
    const { during, asked } = await hold(minutes(2));
    expect([during, asked]).toEqual(["good", []]);
  });

  it("says nothing by being let go that was never pressed", async () => {
    const { button, clock, asked } = rig();
    button.set(false);
    await clock.advance(minutes(1));
    expect(asked).toEqual([]);
    expect(stepButton(idleButton, { type: "released", at: seconds(50) }).effects).toEqual([]);
  });

  it("that is pressed from the start is no press until it was let go", async () => {
    const { button, clock, asked, shown } = rig(undefined, { button: true });
    await clock.advance(seconds(20));
    expect(shown()).toBe("good");
    button.set(false);
    await clock.flush();
    expect(asked).toEqual([]);
    button.set(true);
    await clock.advance(seconds(11));
    button.set(false);
    await clock.flush();
    expect(asked).toEqual(["factory_reset"]);
  });

  it("does not take the box with it when the system refuses", async () => {
    const { button, clock, codes } = rig({ perform: () => Promise.reject(new AppError("host.not_allowed", "no")) });
    button.set(true);
    await clock.advance(seconds(12));
    button.set(false);
    await clock.flush();
    expect(codes()).toEqual(["host.button_reset"]);
  });
});

describe("the battery", () => {
  it("stops the box cleanly when the mains stay away", async () => {
    const { mains, clock, asked, codes } = rig();
    mains.set(true);
    await clock.advance(seconds(29));
    expect([asked, codes()]).toEqual([[], ["host.on_battery"]]);
    await clock.advance(seconds(1));
    expect([asked, codes()]).toEqual([["power_off"], ["host.on_battery", "host.battery_stop"]]);
  });

  it("that is all there is from the start stops the box, too", async () => {
    const { clock, asked, codes } = rig(undefined, { mains: true });
    await clock.advance(seconds(30));
    expect([asked, codes()]).toEqual([["power_off"], ["host.on_battery", "host.battery_stop"]]);
  });

  it("bears a flicker", async () => {
    const { mains, clock, asked, codes } = rig();
    mains.set(true);
    await clock.advance(seconds(20));
    mains.set(false);
    await clock.advance(minutes(5));
    expect([asked, codes()]).toEqual([[], ["host.on_battery", "host.on_mains"]]);
  });
});
