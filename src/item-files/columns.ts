// Which column says what of an item: by its name, in whatever way it is written, as feeds and exports of
// shops name it (Google Merchant, Shopify, WooCommerce, Magento). Of several columns for one field the name
// that is meant most surely wins; the others, and what is no field, are properties under their own names.

export const ITEM_FIELDS = [
  ...(['itemId', 'name', 'category', 'brand', 'price', 'inStock'] as const),
  ...(['tags', 'accessories', 'starts', 'ends', 'properties'] as const),
] as const;

export type ItemField = (typeof ITEM_FIELDS)[number];

/** What a column is: a field, or a property by its name; null = it is left out. */
export type Target = { readonly field: ItemField } | { readonly property: string } | null;

export interface ColumnChoices {
  /** Target by column, as it was asked for: a field, `properties.x`, or '' = left out. */
  readonly map: ReadonlyMap<string, string>;
  /** Whether columns that are no field are properties. */
  readonly keepsOthers: boolean;
}

/** Names in small letters and without anything between them; of one field the surest first. */
export const COLUMN_NAMES: readonly (readonly [ItemField, readonly string[]])[] = [
  ['itemId', ['itemid', 'productid', 'id', 'sku', 'handle', 'variantsku']],
  ['name', ['name', 'title', 'productname', 'itemname']],
  [
    'category',
    ['category', 'producttype', 'productcategory', 'categories', 'type', 'googleproductcategory'],
  ],
  ['brand', ['brand', 'brands', 'vendor', 'manufacturer']],
  ['price', ['price', 'regularprice', 'variantprice', 'unitprice']],
  [
    'inStock',
    [
      'instock',
      'availability',
      'isinstock',
      'stockstatus',
      'variantinventoryqty',
      'inventoryquantity',
      'stock',
      'qty',
      'quantity',
    ],
  ],
  ['tags', ['tags', 'labels']],
  ['accessories', ['accessories', 'crosssells', 'crosssellskus']],
  ['starts', ['starts', 'startsat', 'startdate', 'availablefrom']],
  ['ends', ['ends', 'endsat', 'enddate', 'expirationdate', 'availableuntil']],
  ['properties', ['properties']],
];

const KNOWN = new Map(
  COLUMN_NAMES.flatMap(([field, names]) =>
    names.map((name, rank) => [name, { field, rank }] as const),
  ),
);

const PROPERTY = 'properties.';

/** @returns beside `names` */
export function targetsOf(names: readonly string[], choices: ColumnChoices): readonly Target[] {
  const { map, keepsOthers } = choices;
  const asked = names.map((name) => map.get(name));
  const ranks = new Map<ItemField, number>();
  for (const to of asked) if (to !== undefined && isField(to)) ranks.set(to, -1);
  names.forEach((name, i) => {
    const known = KNOWN.get(plain(name));
    if (asked[i] !== undefined || known === undefined) return;
    ranks.set(known.field, Math.min(known.rank, ranks.get(known.field) ?? Infinity));
  });
  const taken = new Set<string>();
  return names.map((name, i) => {
    const target = asked[i] === undefined ? guessed(name, ranks) : targetOf(asked[i]!);
    // The same name twice: the first one counts.
    const key = target === null ? '' : 'field' in target ? target.field : `.${target.property}`;
    const isOther = asked[i] === undefined && target !== null && 'property' in target;
    const isLeftOut = isOther && !keepsOthers && !name.startsWith(PROPERTY);
    if (target === null || isLeftOut || taken.has(key)) return null;
    taken.add(key);
    return target;
  });
}

function guessed(name: string, ranks: ReadonlyMap<ItemField, number>): Target {
  if (name === '') return null;
  const known = KNOWN.get(plain(name));
  if (known !== undefined && ranks.get(known.field) === known.rank) return { field: known.field };
  return targetOf(name.startsWith(PROPERTY) ? name : PROPERTY + name);
}

function targetOf(to: string): Target {
  if (to === '') return null;
  if (isField(to)) return { field: to };
  const property = to.slice(PROPERTY.length);
  return property === '' ? null : { property };
}

/** Whether it may be asked for. */
export function isTarget(to: string): boolean {
  return to === '' || isField(to) || (to.startsWith(PROPERTY) && to.length > PROPERTY.length);
}

function isField(name: string): name is ItemField {
  return (ITEM_FIELDS as readonly string[]).includes(name);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** For whoever imports: which column became what. */
export function columnsText(names: readonly string[], targets: readonly Target[]): string {
  const fields: string[] = [];
  const properties: string[] = [];
  const leftOut: string[] = [];
  names.forEach((name, i) => {
    const target = targets[i]!;
    if (target === null) leftOut.push(name === '' ? '(no name)' : name);
    else if ('field' in target)
      fields.push(name === target.field ? name : `${name} → ${target.field}`);
    else properties.push(target.property);
  });
  const part = (title: string, all: readonly string[]) =>
    all.length === 0 ? [] : [`${title} ${all.join(', ')}`];
  return [
    ...part('fields:', fields),
    ...part('properties:', properties),
    ...part('left out:', leftOut),
  ].join('; ');
}
