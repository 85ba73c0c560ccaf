// Public face of `updates`.

export { HttpReleases, type ReleaseSourceDeps } from "./release-source.ts";
