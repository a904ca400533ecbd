/** Says that a case shows nothing, since its maker does not give what it needs. */
class Unshown extends Error {}

/** Ends a case that cannot show anything. `needs`: what the maker would have to give. */
export function unshown(needs: string): never {
  throw new Unshown(needs);
}

interface Trial<Make> {
  readonly name: string;
  run(make: Make): Promise<void>;
}

/** Trials as cases that can also tell what they would have needed. */
export function cases<Make>(
  trials: readonly Trial<Make>[],
): ReadonlyArray<Trial<Make> & { show(make: Make): Promise<string | undefined> }> {
  return trials.map(({ name, run }) => {
    const show = async (make: Make) => {
      try {
        await run(make);
        return undefined;
      } catch (error) {
        if (error instanceof Unshown) return error.message;
        throw error;
      }
    };
    return { name, show, run: async (make) => void (await show(make)) };
  });
}
