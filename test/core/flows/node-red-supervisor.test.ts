import { describe, expect, it } from "vitest";
import { AppError, type Deferred, deferred, minutes, seconds, silentLogger } from "../../../src/base/index.ts";
import { EventLog, type FlowHost, NodeRedSupervisor, NodeRedWatch } from "../../../src/core/index.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

interface FakeProcess {
  readonly safe: boolean;
  readonly gone: Deferred<void>;
  readonly ends: boolean[];
}

class FakeHost implements FlowHost {
  readonly processes: FakeProcess[] = [];
  alive = true;
  /** Whether a process ends when it is asked to. */
  polite = true;
  fails = false;

  async spawn({ safe }: { readonly safe: boolean }) {
    if (this.fails) throw new AppError("host.no_program", "no");
    const made: FakeProcess = { safe, gone: deferred<void>(), ends: [] };
    this.processes.push(made);
    const end = (now: boolean): void => {
      made.ends.push(now);
      if (now || this.polite) made.gone.resolve();
    };
    return { exited: made.gone.promise, end };
  }

  probe(): Promise<boolean> {
    return this.alive ? Promise.resolve(true) : new Promise(() => {});
  }
}

function rig() {
  const clock = new VirtualClock();
  const host = new FakeHost();
  const events = new EventLog(clock, silentLogger);
  const deps = { host, clock, events, random: new SeededRandom("flows"), log: silentLogger, editor: "/flows/" };
  const now = () => clock.now();
  const codes = () => events.list({ after: 0, limit: 100 }).map(({ code }) => code);
  return { clock, host, codes, deps: { ...deps, now } };
}

describe("the supervisor of Node-RED", () => {
  it("starts it again when it is killed, and tells", async () => {
    const { clock, host, codes, deps } = rig();
    const supervisor = new NodeRedSupervisor(deps);
    supervisor.start();
    await clock.advance(seconds(6));
    expect(supervisor.view()).toMatchObject({ state: "running", failures: 0, editor: "/flows/" });
    host.processes[0]?.gone.resolve();
    await clock.flush();
    expect(supervisor.view()).toMatchObject({ state: "waiting", failures: 1 });
    await clock.advance(seconds(10));
    expect(supervisor.view().state).toBe("running");
    expect(host.processes).toHaveLength(2);
    expect(codes()).toEqual(["flows.ready", "flows.ended", "flows.ready"]);
    await supervisor.stop();
    expect(supervisor.view().state).toBe("stopped");
    expect(clock.pending).toEqual([]);
  });

  it("ends one that no longer answers, and stops its flows after three times", async () => {
    const { clock, host, codes, deps } = rig();
    const supervisor = new NodeRedSupervisor(deps);
    supervisor.start();
    await clock.advance(seconds(6));
    host.alive = false;
    await clock.advance(minutes(10));
    expect(host.processes[0]?.ends).toEqual([true]);
    expect(host.processes.slice(0, 4).map(({ safe }) => safe)).toEqual([false, false, false, true]);
    host.alive = true;
    await clock.advance(minutes(10));
    expect(supervisor.view()).toMatchObject({ state: "running", safe: true });
    expect(codes()).toContain("flows.silent");
    expect(codes()).toContain("flows.safe");
    await supervisor.stop();
  });

  it("goes on trying when it cannot be started, with pauses that do not pass five minutes", async () => {
    const { clock, host, deps } = rig();
    host.fails = true;
    const supervisor = new NodeRedSupervisor(deps);
    supervisor.start();
    await clock.advance(minutes(30));
    expect(supervisor.view()).toMatchObject({ state: "waiting" });
    host.fails = false;
    await clock.advance(minutes(6));
    expect(host.processes.length).toBe(1);
    await supervisor.stop();
  });

  it("kills one that does not end when it is told to", async () => {
    const { clock, host, deps } = rig();
    const supervisor = new NodeRedSupervisor(deps);
    supervisor.start();
    await clock.advance(seconds(6));
    host.polite = false;
    expect(supervisor.restart({ safe: false }).state).toBe("ending");
    await clock.advance(seconds(9));
    expect(host.processes[0]?.ends).toEqual([false, true]);
    expect(host.processes).toHaveLength(2);
    const stopped = supervisor.stop();
    await clock.advance(seconds(3));
    await stopped;
    expect(host.processes[1]?.ends).toEqual([false, true]);
    expect(clock.pending).toEqual([]);
  });

  it("a process that is being made while the box stops does not stay", async () => {
    const { clock, host, deps } = rig();
    const supervisor = new NodeRedSupervisor(deps);
    supervisor.start();
    await supervisor.stop();
    await clock.flush();
    expect(host.processes[0]?.ends).toEqual([true]);
    expect(supervisor.view().state).toBe("stopped");
  });

  it("stopped, it refuses a restart with a code", () => {
    const { deps } = rig();
    expect(() => new NodeRedSupervisor(deps).restart({ safe: false })).toThrowError(/stopped/);
  });
});

describe("the watch over a service", () => {
  it("tells when it falls silent and answers again, and leaves restarts to systemd", async () => {
    const { clock, host, codes, deps } = rig();
    const watch = new NodeRedWatch(deps);
    watch.start();
    await clock.flush();
    expect(watch.view()).toMatchObject({ run: "service", state: "running" });
    host.alive = false;
    await clock.advance(minutes(1));
    expect(watch.view().state).toBe("silent");
    host.alive = true;
    await clock.advance(minutes(1));
    expect(codes()).toEqual(["flows.ready", "flows.silent", "flows.ready"]);
    expect(() => watch.restart()).toThrowError(/systemd/);
    watch.stop();
    expect(clock.pending).toEqual([]);
  });
});
