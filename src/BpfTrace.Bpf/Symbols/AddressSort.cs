namespace BpfTrace.Bpf.Symbols;

/// <summary>
/// Sorts addresses and what belongs to them; equal addresses stay in their order. Where symbols of a large file are read this is most of the time, and
/// <c>Array.Sort</c> of two arrays of numbers would be compiled for it first.
/// </summary>
internal static class AddressSort
{
    private const int Digits = 256;

    /// <summary>Sorts both arrays by the first.</summary>
    public static void Sort(ulong[] addresses, int[] items)
    {
        ulong differing = 0;
        bool isSorted = true;
        for (int i = 1; i < addresses.Length; i++)
        {
            differing |= addresses[i] ^ addresses[0];
            isSorted &= addresses[i - 1] <= addresses[i];
        }

        if (isSorted)
            return;

        // Digit by digit, the lowest first; digits in which no two addresses differ (most of the upper ones) are left out.
        ulong[] from = addresses, to = new ulong[addresses.Length];
        int[] fromItems = items, toItems = new int[items.Length];
        int[] places = new int[Digits];
        for (int shift = 0; shift < 64; shift += 8)
        {
            if ((byte)(differing >> shift) == 0)
                continue;
            Array.Clear(places);
            foreach (ulong address in from)
                places[(byte)(address >> shift)]++;
            int place = 0;
            for (int digit = 0; digit < Digits; digit++)
                (places[digit], place) = (place, place + places[digit]);
            for (int i = 0; i < from.Length; i++)
            {
                int target = places[(byte)(from[i] >> shift)]++;
                to[target] = from[i];
                toItems[target] = fromItems[i];
            }

            (from, to) = (to, from);
            (fromItems, toItems) = (toItems, fromItems);
        }

        if (from == addresses)
            return;
        from.CopyTo(addresses, 0);
        fromItems.CopyTo(items, 0);
    }
}
