// Asterisk and drachtio as services of the machine: started anew when the box has written other settings for them, stopped and without
// settings when the owner wants no calls. On a machine that is not the box's own a person does that.

import { access, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Disposer, type Logger, messageOf } from "../../base/index.ts";
import type { EventLog, SystemAction, SystemActions } from "../../core/index.ts";
import type { VoiceSetup } from "../voice-setup.ts";

export interface VoiceServersDeps {
  /** Null on a box without calls. */
  readonly setup: Pick<VoiceSetup, "edge" | "changed"> | null;
  readonly dataFolder: string;
  readonly actions: SystemActions;
  readonly log: Logger;
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** Without its file a unit's condition keeps it from starting with the machine. */
async function turnOff(folder: string, stop: SystemAction, actions: SystemActions): Promise<void> {
  if (!(await isThere(folder))) return;
  await rm(folder, { recursive: true, force: true });
  await actions.perform(stop);
}

/** Never rejects: SMS go on without calls. */
export async function tendVoiceServers({ setup, dataFolder, actions, log }: VoiceServersDeps): Promise<void> {
  const voice = join(dataFolder, "voice");
  try {
    if (setup?.edge !== "drachtio") await turnOff(join(voice, "drachtio"), "stop_drachtio", actions);
    if (setup === null) await turnOff(join(voice, "asterisk", "etc"), "stop_asterisk", actions);
    if (setup === null || setup.changed.length === 0) return;
    await actions.perform("restart_asterisk");
    if (setup.edge === "drachtio") await actions.perform("restart_drachtio");
  } catch (error) {
    log.warn("voice_servers_not_tended", { reason: messageOf(error) });
  }
}

export interface FollowDeps {
  readonly events: Pick<EventLog, "onEvent">;
  readonly voiceSetup: Pick<VoiceSetup, "edge"> | null;
  readonly log: Logger;
}

/** The servers' units read the certificate when they start (systemd hands it over), so that a new one takes a start. */
export function followCertificate({ events, voiceSetup: setup, log }: FollowDeps, actions: SystemActions): Disposer {
  if (setup === null) return () => {};
  return events.onEvent(({ code }) => {
    if (code !== "voice.certificate_renewed" && code !== "voice.certificate_waits") return;
    const server = setup.edge === "drachtio" ? "restart_drachtio" : "restart_asterisk";
    actions.perform(server).catch((error) => log.warn("voice_servers_not_tended", { reason: messageOf(error) }));
  });
}
