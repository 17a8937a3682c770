// What Material for MkDocs gives to the scripts of its pages.
declare const __md_scope: string; // the address of the site
declare const document$: { subscribe(listener: () => void): void }; // tells of each page, with instant navigation too
