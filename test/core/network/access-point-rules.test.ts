import { describe, expect, it } from "vitest";
import { millis, minutes, seconds } from "../../../src/base/index.ts";
import {
  type AccessPointInput,
  type AccessPointNews,
  type AccessPointPhase,
  type AccessPointState,
  ASKED_FOR,
  accessPointStart,
  GRACE,
  isBusy,
  LATER,
  LINGER,
  type LookedFacts,
  RETRY_KNOWN,
  stepAccessPoint,
} from "../../../src/core/index.ts";

const nothing: LookedFacts = {
  ...{ hasWay: false, canServe: true, serving: false, stations: 0, knowsWifi: false, claimed: false, mode: "set_up" },
};
const looked = (more: Partial<LookedFacts> = {}): AccessPointNews => ({ type: "looked", ...nothing, ...more });

/** Plays news at times, in seconds, and tells what was done. */
function play(steps: readonly (readonly [number, AccessPointNews])[], from = accessPointStart(millis(0), true)) {
  let state = from;
  const done: string[] = [];
  for (const [at, news] of steps) {
    const step = stepAccessPoint(state, { ...news, now: seconds(at) } as AccessPointInput);
    state = step.state;
    done.push(...step.effects.map((effect) => (effect.type === "remember" ? `needed ${effect.needed}` : effect.type)));
  }
  return { state, done };
}

const opening = [
  [0, looked()],
  [60, looked()],
  [64, { type: "scanned" }],
  [66, { type: "opened" }],
] as const satisfies readonly (readonly [number, AccessPointNews])[];
const opened = play(opening).state;
const serving = { serving: true } as const;
/** Seconds after the opening. */
const later = (wait: number): number => 66 + wait / 1000;

describe("the access point", () => {
  it("opens a minute after the start of a box without a network, after one look around", () => {
    const { state, done } = play(opening);
    expect(done).toEqual(["scan", "open"]);
    expect(state).toMatchObject({ phase: "open", failures: 0 });
    expect(play([[59, looked()]]).done).toEqual([]);
    expect(GRACE).toBe(seconds(60));
  });

  it("waits from the moment on at which the last way was lost", () => {
    const { done } = play([
      [0, looked({ hasWay: true })],
      [100, looked()],
      [159, looked()],
    ]);
    expect(done).toEqual([]);
    const up = { hasWay: true };
    expect(
      play([
        [0, looked(up)],
        [100, looked()],
        [160, looked()],
      ]).done,
    ).toEqual(["scan"]);
  });

  it("does not open without a radio that can, nor where the settings say never", () => {
    expect(play([[600, looked({ canServe: false })]]).done).toEqual([]);
    expect(play([[600, looked({ mode: "never" })]]).done).toEqual([]);
  });

  it("does not open again on a box that has had an owner and a way, whatever fails later", () => {
    const done = play([
      [0, looked({ hasWay: true, claimed: true })],
      [9_000, looked({ claimed: true })],
      [90_000, looked({ claimed: true })],
    ]);
    expect(done.done).toEqual(["needed false"]);
    const after = play([[90_000, looked({ claimed: true })]], accessPointStart(millis(0), false));
    expect(after.done).toEqual([]);
  });

  it("opens then only where the settings want that, after five minutes", () => {
    const set = accessPointStart(millis(0), false);
    const facts = { claimed: true, mode: "no_network" } as const;
    expect(play([[LATER / 1000 - 1, looked(facts)]], set).done).toEqual([]);
    expect(play([[LATER / 1000, looked(facts)]], set).done).toEqual(["scan"]);
  });

  it("stays open for who sets the box up, and closes ten minutes after it has an owner and a way", () => {
    const both = { hasWay: true, claimed: true, stations: 1, ...serving };
    const { done } = play(
      [
        [later(0), looked(serving)],
        [later(minutes(60)), looked({ hasWay: true, ...serving })],
      ],
      opened,
    );
    expect(done).toEqual([]);
    const from = later(minutes(1));
    const end = play(
      [
        [from, looked(both)],
        [from + LINGER / 1000 - 1, looked(both)],
      ],
      opened,
    );
    expect(end.done).toEqual(["needed false"]);
    expect(
      play(
        [
          [from + LINGER / 1000, looked(both)],
          [from + LINGER / 1000 + 1, { type: "closed" }],
        ],
        end.state,
      ),
    ).toMatchObject({
      ...{ done: ["close"], state: { phase: "watching" } },
    });
  });

  it("lets a Wi-Fi that it knows try again while nobody is in it", () => {
    const known = { knowsWifi: true, ...serving };
    expect(play([[later(RETRY_KNOWN), looked({ ...known, stations: 1 })]], opened).done).toEqual([]);
    expect(play([[later(RETRY_KNOWN), looked(serving)]], opened).done).toEqual([]);
    const { state, done } = play(
      [
        [later(RETRY_KNOWN), looked(known)],
        [400, { type: "closed" }],
        [459, looked({ knowsWifi: true })],
        [460, looked({ knowsWifi: true })],
      ],
      opened,
    );
    expect(done).toEqual(["close", "scan"]);
    expect(state.phase).toBe("scanning");
  });

  it("is taken over as it is after a restart of the box", () => {
    const { state, done } = play([[1, looked({ stations: 1, ...serving })]]);
    expect(done).toEqual([]);
    expect(state.phase).toBe("open");
    expect(play([[1, looked({ mode: "never", ...serving })]]).done).toEqual(["close"]);
  });

  it("is opened again after a minute where something else has ended it", () => {
    const { state, done } = play(
      [
        [100, looked()],
        [159, looked()],
        [160, looked()],
      ],
      opened,
    );
    expect(done).toEqual(["scan"]);
    expect(state.phase).toBe("scanning");
  });

  it("waits longer after each opening that fails", () => {
    const failed = play([
      [60, looked()],
      [61, { type: "scanned" }],
      [62, { type: "open_failed" }],
    ]);
    expect(failed.state).toMatchObject({ phase: "watching", failures: 1, notBefore: seconds(77) });
    expect(play([[76, looked()]], failed.state).done).toEqual([]);
    const again = play(
      [
        [77, looked()],
        [78, { type: "scanned" }],
        [79, { type: "open_failed" }],
      ],
      failed.state,
    );
    expect(again.state.notBefore).toBe(seconds(109));
    expect(
      play([[9_999, { type: "open_failed" }]], { ...opened, phase: "opening", failures: 60 }).state.notBefore,
    ).toBe(seconds(9_999 + 900));
  });
});

describe("a Wi-Fi that is chosen", () => {
  const toJoining = [
    [100, { type: "chosen" }],
    [103, { type: "parted" }],
    [105, { type: "closed" }],
  ] as const satisfies readonly (readonly [number, AccessPointNews])[];

  it("lets the answer out, closes the access point, and is joined", () => {
    const { state, done } = play(toJoining, opened);
    expect(done).toEqual(["part", "close", "join"]);
    expect(state.phase).toBe("joining");
    expect(play([[120, looked()]], state)).toMatchObject({ done: [], state: { phase: "joining" } });
  });

  it("ends the set-up once the box has an owner", () => {
    const up = { hasWay: true, knowsWifi: true };
    const { state } = play([...toJoining, [120, { type: "joined" }], [121, looked(up)]], opened);
    expect(state).toMatchObject({ phase: "watching", needed: true });
    expect(play([[130, looked({ ...up, claimed: true })]], state)).toMatchObject({
      ...{ done: ["needed false"], state: { needed: false } },
    });
  });

  it("has the access point opened again at once where it does not come up", () => {
    const { state, done } = play([...toJoining, [150, { type: "join_failed" }]], opened);
    expect(done).toEqual(["part", "close", "join", "open"]);
    expect(state).toMatchObject({ phase: "opening", served: false, needed: true });
  });

  it("leaves a box that is set up with its old one, and opens the access point if that stays away, too", () => {
    const set = play([[0, looked({ hasWay: true, claimed: true })]]).state;
    const { state, done } = play(
      [
        [100, { type: "chosen" }],
        [103, { type: "parted" }],
        [150, { type: "join_failed" }],
      ],
      set,
    );
    expect(done).toEqual(["needed true", "part", "join"]);
    expect(play([[155, looked({ hasWay: true, claimed: true })]], state).done).toEqual(["needed false"]);
    expect(
      play(
        [
          [155, looked({ claimed: true })],
          [210, looked({ claimed: true })],
        ],
        state,
      ).done,
    ).toEqual(["scan"]);
  });

  it("that is forgotten makes a box without a cable one to set up", () => {
    const set = play([[0, looked({ hasWay: true, claimed: true })]]).state;
    const { state, done } = play([[100, { type: "forgotten" }]], set);
    expect(done).toEqual(["needed true"]);
    expect(
      play(
        [
          [101, looked({ claimed: true })],
          [161, looked({ claimed: true })],
        ],
        state,
      ).done,
    ).toEqual(["scan"]);
    expect(play([[101, looked({ claimed: true, hasWay: true })]], state).done).toEqual(["needed false"]);
  });
});

describe("an owner who asks", () => {
  const set = play([[0, looked({ hasWay: true, claimed: true })]]).state;
  const cable = { hasWay: true, claimed: true };

  it("has it open at once, cable or not, until nobody has been in it for a quarter of an hour", () => {
    const asked = play(
      [
        [100, { type: "asked", open: true }],
        [100, looked(cable)],
        [101, { type: "scanned" }],
        [102, { type: "opened" }],
      ],
      set,
    );
    expect(asked.done).toEqual(["scan", "open"]);
    const end = 102 + ASKED_FOR / 1000;
    expect(play([[end - 1, looked({ ...cable, ...serving })]], asked.state).done).toEqual([]);
    expect(play([[end, looked({ ...cable, ...serving, stations: 1 })]], asked.state).done).toEqual([]);
    expect(play([[end, looked({ ...cable, ...serving })]], asked.state)).toMatchObject({
      done: ["close"],
      state: { asked: false },
    });
  });

  it("closes it, and has it back only where it is the one way", () => {
    const closed = play(
      [
        [200, { type: "asked", open: false }],
        [201, { type: "closed" }],
      ],
      opened,
    );
    expect(closed.done).toEqual(["close"]);
    expect(
      play(
        [
          [202, looked()],
          [261, looked()],
        ],
        closed.state,
      ).done,
    ).toEqual(["scan"]);
    expect(
      play(
        [
          [202, looked(cable)],
          [900, looked(cable)],
        ],
        closed.state,
      ).done,
    ).toEqual(["needed false"]);
  });
});

describe("every state with every news", () => {
  const phases: readonly AccessPointPhase[] = [
    "watching",
    "scanning",
    "opening",
    "open",
    "parting",
    "closing",
    "joining",
  ];
  const news: readonly AccessPointNews[] = [
    ...[looked(), looked(serving), looked({ hasWay: true, claimed: true }), looked({ mode: "never", ...serving })],
    ...[{ type: "asked", open: true } as const, { type: "asked", open: false } as const],
    ...(
      ["chosen", "parted", "forgotten", "scanned", "opened", "open_failed", "closed", "joined", "join_failed"] as const
    ).map((type) => ({ type })),
  ];
  const all = phases.flatMap((phase) => news.map((each) => [phase, each] as const));

  it.each(all)("%s, %j starts at most one thing, and nothing while another goes on", (phase, each) => {
    const before: AccessPointState = { ...opened, phase };
    const { state, effects } = stepAccessPoint(before, { ...each, now: seconds(200) } as AccessPointInput);
    const started = effects.filter(({ type }) => type !== "remember");
    expect(started.length).toBeLessThanOrEqual(1);
    expect(isBusy(state)).toBe(started.length === 1 || (isBusy(before) && state.phase === phase));
  });
});
