/** A recipe with so many components: its own again and again, under other names. */
export function largeRecipe(recipe: string, components: number): string {
  const [head = '', list = '', tail = ''] = recipe.split(
    /(?<=^componentRefs:\n)|(?=^deploymentOrder:)/m,
  );
  const own = list.split(/(?=^ {2}- name: )/m);
  const all = Array.from({ length: components }, (_, index) =>
    (own[index % own.length] ?? '').replace(/^ {2}- name: .*/, (name) => `${name}-${index}`),
  );
  return `${head}${all.join('')}${tail}`;
}
