// Which rows of a long list are on screen. All rows are equally high except one that may be open.

export type Open = { row: number; extra_px: number };

export type Geometry = {
  count: number;
  row_px: number;
  /** The open row and how much its details add below it. */
  open: Open | null;
};

export type Span = { first: number; end: number };

/** Rows drawn beyond each edge, so that a quick scroll shows no gap. */
const OVERSCAN = 6;

export function totalHeight({ count, row_px, open }: Geometry): number {
  return count * row_px + (open ? open.extra_px : 0);
}

export function topOf(row: number, { row_px, open }: Geometry): number {
  return row * row_px + (open && row > open.row ? open.extra_px : 0);
}

function rowAt(y: number, { row_px, open }: Geometry): number {
  if (!open) return Math.floor(y / row_px);
  const openEnd = (open.row + 1) * row_px;
  if (y < openEnd) return Math.floor(y / row_px);
  if (y < openEnd + open.extra_px) return open.row;
  return Math.floor((y - open.extra_px) / row_px);
}

/** The rows to draw for a viewport: `first` to before `end`. */
export function visible(scrollTop: number, height: number, geometry: Geometry): Span {
  const first = Math.max(0, rowAt(Math.max(0, scrollTop), geometry) - OVERSCAN);
  const end = Math.min(geometry.count, rowAt(Math.max(0, scrollTop) + height, geometry) + 1 + OVERSCAN);
  return { first: Math.min(first, end), end };
}

/** Where to scroll so that a row is wholly seen; the present place when it is already. */
export function scrollTo(row: number, scrollTop: number, height: number, geometry: Geometry): number {
  const top = topOf(row, geometry);
  const bottom = top + geometry.row_px;
  if (top < scrollTop) return top;
  if (bottom > scrollTop + height) return Math.max(0, bottom - height);
  return scrollTop;
}

/** The indices to draw: the visible ones, and one that must stay because it has the focus. */
export function drawn({ first, end }: Span, pinned: number | null): number[] {
  const rows = Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
  if (pinned === null || (pinned >= first && pinned < end)) return rows;
  return pinned < first ? [pinned, ...rows] : [...rows, pinned];
}
