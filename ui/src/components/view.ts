/** Where a person is in the list of photos; kept while another page is open. */
export type TableView = {
  /** The photo that keys act on. */
  current: number | null;
  /** The photo whose details are unfolded. */
  open: number | null;
  scrollTop: number;
};

export const TOP: TableView = { current: null, open: null, scrollTop: 0 };
