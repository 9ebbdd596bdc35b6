namespace BpfTrace.Formatting;

/// <summary>
/// Histograms as bars: label in 16 columns, count in 8, a bar of at most 52 (src/output/text.cpp). The bar's length is computed in single
/// precision, as there, so that it is never one off.
/// </summary>
internal static class HistogramWriter
{
    private const int LabelWidth = 16;
    private const int CountWidth = 8;
    private const int BarWidth = 52;

    public static void Write(Utf8Writer writer, Histogram histogram)
    {
        long most = 0;
        foreach (HistogramBucket bucket in histogram.Buckets)
            most = Math.Max(most, bucket.Count);
        foreach (HistogramBucket bucket in histogram.Buckets)
        {
            int start = writer.Length;
            writer.Append(bucket.Label);
            writer.Pad(start, LabelWidth, left: true, (byte)' ');
            start = writer.Length;
            writer.Append(bucket.Count);
            writer.Pad(start, CountWidth, left: false, (byte)' ');
            writer.Append(" |"u8);
            int length = most == 0 ? 0 : (int)((float)bucket.Count / (float)most * BarWidth);
            writer.AppendRepeated((byte)'@', length);
            writer.AppendRepeated((byte)' ', BarWidth - length);
            writer.Append("|\n"u8);
        }
    }
}
