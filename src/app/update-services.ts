// Updates of the system as a part of a running box.

import { createHash } from "node:crypto";
import { access, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, type CryptoSuite, fromBase64url, type Logger, unixMs } from "../base/index.ts";
import type { BoxConfig } from "../config/index.ts";
import {
  type BoxConsole,
  type BundleShelf,
  openChannel,
  placeInRollout,
  type ReleaseSource,
  type StickBundle,
  slotFacts,
  type TrialFacts,
  Updates,
  zoneOffset,
} from "../core/index.ts";
import type { Identity } from "../envelope/index.ts";
import { programRunner, RaucSlots, systemActions, usbVolumes } from "../host/index.ts";
import type { FileBoxStore } from "../store/index.ts";
import { HttpReleases } from "../updates/index.ts";
import { type Operation, updateOperations } from "../web/index.ts";
import type { BoxServices } from "./box-services.ts";
import { proxyOf } from "./chain-services.ts";
import { HandedInFile } from "./handed-in-file.ts";
import { inDataFolder } from "./in-data-folder.ts";
import type { Parts } from "./parts.ts";
import type { Machine } from "./service-deps.ts";

export interface UpdateServicesDeps {
  readonly config: BoxConfig;
  readonly dataFolder: string;
  readonly version: string;
  readonly clock: Clock;
  readonly suite: CryptoSuite;
  readonly log: Logger;
  readonly identity: Identity;
  readonly machine?: Machine | undefined;
  readonly store: FileBoxStore;
  readonly services: Pick<BoxServices, "events" | "views">;
}

/** Larger than both halves of any card that is supported. */
const MAX_BUNDLE = 4 * 1024 ** 3;
const FOLDER = "update";

class Shelf implements BundleShelf {
  readonly #folder: string;
  readonly #machine: Machine;
  readonly #file: HandedInFile;

  constructor(dataFolder: string, machine: Machine) {
    this.#folder = join(dataFolder, FOLDER);
    this.#machine = machine;
    this.#file = new HandedInFile({ file: this.handedIn, max: MAX_BUNDLE, area: "update" });
  }

  get handedIn(): string {
    return join(this.#folder, "handed-in.raucb");
  }

  fetched(version: string): string {
    return join(this.#folder, `release-${version}.raucb`);
  }

  accept(offset: number, content: AsyncIterable<Uint8Array>): Promise<{ readonly size: number }> {
    return this.#file.accept(offset, content);
  }

  size(): Promise<number> {
    return this.#file.size();
  }

  async clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async sticks(): Promise<readonly StickBundle[]> {
    const { sys, dev, proc = "/proc" } = this.#machine;
    const volumes = await usbVolumes({ sys, dev, mounts: join(proc, "self", "mountinfo") });
    const found = await Promise.all(volumes.map(({ path, label }) => bundlesIn(path, label ?? "USB")));
    return found.flat();
  }
}

/** In the stick's own folder only: nobody searches a whole disk for a file. */
async function bundlesIn(folder: string, stick: string): Promise<readonly StickBundle[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^[^.].{0,99}\.raucb$/.test(name));
  const bundles = await Promise.all(
    names.map(async (name): Promise<StickBundle | null> => {
      const path = join(folder, name);
      const id = createHash("sha256").update(path).digest("hex").slice(0, 16);
      return stat(path).then(
        ({ size }) => ({ ...{ id, name, size, stick, path } }),
        () => null,
      );
    }),
  );
  return bundles.filter((bundle) => bundle !== null);
}

async function sourceOf({ config, dataFolder }: UpdateServicesDeps): Promise<ReleaseSource | null> {
  const { channel, socks5, ca_file: file } = config.updates;
  if (channel === undefined) return null;
  const ca = file === undefined ? undefined : await readFile(inDataFolder(dataFolder, file), "utf8");
  return new HttpReleases({ url: channel, proxy: proxyOf(socks5), ca });
}

async function factsOf({ views, store }: { views: BoxConsole; store: FileBoxStore }): Promise<TrialFacts> {
  const written = await store.setSetting("update.probe", "1").then(
    () => true,
    () => false,
  );
  const { relay } = await views.overview();
  return { store: written, ...slotFacts(views.slots()), relay: relay.state === "up" };
}

/** Finds out what the last restart meant, and watches a system that is on trial. */
export async function startUpdates(deps: UpdateServicesDeps, parts: Parts): Promise<readonly Operation[]> {
  const { config, machine = { sys: "/sys", dev: "/dev" }, clock, suite, identity, store, services } = deps;
  const bootFile = join(machine.runtime ?? "/run", "numberbox-image", "boot.json");
  const isOurs = await access(bootFile).then(
    () => true,
    () => false,
  );
  const keys = config.updates.keys.map((text) => fromBase64url(text));
  const offset = zoneOffset(config.locale.time_zone);
  const updates = new Updates({
    ...deps,
    slots: isOurs
      ? new RaucSlots({
          ...{
            run: programRunner(clock),
            bootFile,
            actions: systemActions(programRunner(clock)),
          },
          verdictFile: join(deps.dataFolder, "update-verdict"),
          bootIdFile: join(machine.proc ?? "/proc", "sys", "kernel", "random", "boot_id"),
        })
      : null,
    shelf: new Shelf(deps.dataFolder, machine),
    source: await sourceOf(deps),
    open: (bytes, serial) => openChannel(bytes, { suite, keys, serial, now: clock.now() }),
    trust: createHash("sha256")
      .update([config.updates.channel ?? "", ...config.updates.keys.toSorted()].join("\n"))
      .digest("hex")
      .slice(0, 16),
    placeOf: (version) => placeInRollout(suite, identity.verify, version),
    window: config.updates.window ?? null,
    minuteOfDay: () => {
      const minute = Math.floor(clock.now() / 60_000) + offset(unixMs(clock.now()));
      return ((minute % 1440) + 1440) % 1440;
    },
    facts: () => factsOf({ views: services.views, store }),
    events: services.events,
  });
  await updates.start();
  parts.started("updates", () => updates.stop());
  return updateOperations(updates);
}
