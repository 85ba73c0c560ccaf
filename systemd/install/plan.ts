// What an installation puts where: pure, from the two manifests and what the machine is.

import { z } from "zod";
import { AppError } from "../../src/base/index.ts";

export type Role = "box" | "relay";

const target = z.string().regex(/^\/(?:usr|etc|var)\/(?!.*\.\.)[\w@./+-]+$/);
const file = z.object({ source: z.string(), target, mode: z.string().regex(/^0[0-7]{3}$/) });
const part = z.strictObject({
  packages: z.array(z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/)),
  shared: z.array(z.string()),
  files: z.array(file),
  enable: z.array(
    z.strictObject({ unit: z.string().regex(/^[\w@.-]+\.service$/), where: z.string().startsWith("/").optional() }),
  ),
  state: z.array(target),
});
const debianManifest = z.object({ box: part, relay: part });
const imageManifest = z.object({ files: z.array(file) });
const installRecord = z.object({
  version: z.string(),
  roles: z.array(z.enum(["box", "relay"])),
  files: z.array(target),
  units: z.array(z.string()),
});

export type PlannedFile = z.infer<typeof file>;
export type DebianManifest = z.infer<typeof debianManifest>;
/** What was installed last, as it lies in `RECORD`. */
export type InstallRecord = z.infer<typeof installRecord>;

export const PROGRAM = "/usr/lib/numberbox";
export const RECORD = "/usr/share/numberbox/installed.json";

export interface InstallPlan {
  readonly roles: readonly Role[];
  readonly packages: readonly string[];
  readonly files: readonly PlannedFile[];
  /** Files of the version before that this one does not have. */
  readonly stale: readonly string[];
  readonly enable: readonly string[];
  readonly state: readonly string[];
}

function checked<T>(schema: z.ZodType<T>, data: unknown, name: string): T {
  const result = schema.safeParse(data);
  if (!result.success) throw new AppError("install.manifest", `${name}: ${z.prettifyError(result.error)}`);
  return result.data;
}

/** Errors: `install.manifest`. */
export function parseManifest(data: unknown): DebianManifest {
  return checked(debianManifest, data, "systemd/debian/manifest.json");
}

/** Errors: `install.manifest`. */
export function parseRecord(data: unknown): InstallRecord {
  return checked(installRecord, data, RECORD);
}

/**
 * `image`: the manifest of the image, unparsed, for what is shared; `record`: what was installed last, null on a fresh machine; `has`:
 * whether a program is on the machine. Errors: `install.manifest`.
 */
export function planInstall(options: {
  readonly manifest: DebianManifest;
  readonly image: unknown;
  readonly role: Role;
  readonly record: InstallRecord | null;
  readonly has: (path: string) => boolean;
}): InstallPlan {
  const { manifest, role, record, has } = options;
  // What was installed before is brought up to date as well: one program serves both.
  const roles = [...new Set([...(record?.roles ?? []), role])].sort();
  const { files: shared } = checked(imageManifest, options.image, "systemd/manifest.json");
  const files = new Map<string, PlannedFile>();
  for (const each of roles) {
    for (const source of manifest[each].shared) {
      const found = shared.find((one) => one.source === source);
      if (found === undefined) throw new AppError("install.manifest", `systemd/manifest.json has no ${source}`);
      files.set(found.target, found);
    }
    for (const own of manifest[each].files) files.set(own.target, own);
  }
  const all = <T>(pick: (of: Role) => readonly T[]): readonly T[] => [...new Set(roles.flatMap(pick))];
  return {
    roles,
    packages: all((each) => manifest[each].packages),
    files: [...files.values()],
    stale: (record?.files ?? []).filter((path) => !files.has(path)),
    enable: all((each) => manifest[each].enable)
      .filter(({ where }) => where === undefined || has(where))
      .map(({ unit }) => unit),
    state: all((each) => manifest[each].state),
  };
}

export function recordOf(plan: InstallPlan, version: string): InstallRecord {
  return {
    version,
    roles: [...plan.roles],
    files: plan.files.map(({ target: path }) => path),
    // Those that are not turned on yet, too: their owner may have done so.
    units: plan.files.flatMap(({ target: path }) => /\/([^/]+\.service)$/.exec(path)?.[1] ?? []),
  };
}

const lockFile = z.object({
  packages: z.record(z.string(), z.object({ dev: z.boolean().optional(), link: z.boolean().optional() })),
});

/** Folders of the npm packages that the program needs while it runs, as `package-lock.json` has them. Errors: `install.manifest`. */
export function productionPackages(lock: unknown): readonly string[] {
  const { packages } = checked(lockFile, lock, "package-lock.json");
  return Object.entries(packages)
    .filter(([path, { dev, link }]) => path.startsWith("node_modules/") && dev !== true && link !== true)
    .map(([path]) => path)
    .sort();
}
