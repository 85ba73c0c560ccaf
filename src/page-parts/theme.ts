// Light, dark or as the system: remembered on this device only.

export type Theme = "system" | "light" | "dark";

const KEY = "numberbox.theme";

export function storedTheme(storage: Storage): Theme {
  const value = storage.getItem(KEY);
  return value === "light" || value === "dark" ? value : "system";
}

/** Shows and remembers the theme. */
export function applyTheme(theme: Theme, storage: Storage, root: HTMLElement): void {
  storage.setItem(KEY, theme);
  if (theme === "system") root.removeAttribute("data-theme");
  else root.setAttribute("data-theme", theme);
}

export function nextTheme(theme: Theme): Theme {
  switch (theme) {
    case "system":
      return "light";
    case "light":
      return "dark";
    case "dark":
      return "system";
  }
}
