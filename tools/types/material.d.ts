// What Material for MkDocs gives to the scripts of its pages.
declare const __md_scope: string; // the address of the site
