// Serves the built pages: hashed assets for ever, the one document never from a cache.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import express, { Router } from "express";
import { AppError } from "../../base/index.ts";
import { fixedViews, SLOT_PAGE, VIEWS } from "../shared/views.ts";

/** Paths that the one document shows as views; everything else that is no file is not found. */
const PATHS = [...fixedViews.map((view) => VIEWS[view].path), SLOT_PAGE];

export function pagesHandler(folder: string): Router {
  const router = Router();
  router.use("/assets", express.static(join(folder, "assets"), { immutable: true, maxAge: "365d", index: false }));
  router.use(express.static(folder, { index: false, maxAge: "1h" }));
  router.get(PATHS, async (_request, response) => {
    let document: string;
    try {
      document = await readFile(join(folder, "index.html"), "utf8");
    } catch (cause) {
      throw new AppError("web.pages_missing", "the console's pages have not been built", {
        cause,
        hint: "Run `npm run build` in the box's folder.",
      });
    }
    response.set("Cache-Control", "no-cache").type("html").send(document);
  });
  return router;
}
