/** The add-ons that a cluster may start with; they are also found under the addresses at which their projects publish them. */
export const ADDON_NAMES = ['gateway-api', 'ingress-nginx', 'local-path-storage', 'metrics-server'] as const;

export type AddonName = (typeof ADDON_NAMES)[number];

export const isAddonName = (name: unknown): name is AddonName => (ADDON_NAMES as readonly unknown[]).includes(name);

/** What names an add-on in a list that came from outside: a link, a lesson, a saved session. The rest is left out. */
export const addonsAmong = (value: unknown): readonly AddonName[] =>
  Array.isArray(value) ? ADDON_NAMES.filter((name) => value.includes(name)) : [];
