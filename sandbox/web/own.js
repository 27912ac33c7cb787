/** Looks up what a text names in a table of ours: `own(TABLE, "constructor")` is nothing, though every object has one. */

export const own = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);
