// What only some browsers have.
interface Navigator {
  readonly connection?: { readonly saveData: boolean };
}
