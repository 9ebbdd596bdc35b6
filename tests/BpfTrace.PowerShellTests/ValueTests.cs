using System.Text.Json;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>Every type of value: what it is in .NET, what is left of it on every way out of the session, and how commands take it.</summary>
public sealed class ValueTests
{
    /// <summary>A value of each type as an event's property, a printed value, a map's key and value, and inside of tuples, records, structures and arrays.</summary>
    private const string Script = """
        $script = @'
        enum color { RED, GREEN = 5 }
        struct inner { int a; char b; }
        struct outer { struct inner i; int arr[3]; enum color c; unsigned long long big; char name[8]; int bits:3; }
        BEGIN {
          $p = (uint8*)curtask; $ip4 = ntop(0x0100007f); $ip6 = ntop(pton("2001:db8::1"));
          printf("%s %s %s\n", $ip4, $ip6, macaddr($p));
          printf("%s %d %s\n", strftime("%H:%M:%S", nsecs), nsecs, strftime("%F", 1));
          printf("%r %s %d %p %s\n", buf("ab\xff", 3), true, (int8)-1, 0xffffffffffffffff, comm);
          printf("%s %s %s\n", kstack(2), ksym(kaddr("vfs_read")), usym(1));
          printf("%s %s\n", cgroup_path(cgroup), username);
          print((1, "two", (3, ntop(0x0100007f)), macaddr($p)));
          print((a=1, b=(c="x", d=ntop(0x0100007f), t=strftime("%H", nsecs))));
          print(kstack(2)); print(true); print(-5); print((uint8)5); print(GREEN); print((1, GREEN)); print("str"); print(buf("ab", 2));
          print(strftime("%H:%M", nsecs)); print(macaddr($p)); print(ntop(pton("::1")));
          @ip[ntop(0x0100007f)] = ntop(pton("::1")); @mac[macaddr($p)] = macaddr($p); @time[strftime("%H:%M", nsecs)] = strftime("%H", nsecs);
          @tup[1, "two", ntop(0x0100007f)] = (1, "x"); @rec[(a=1,b="x")] = (c=2,d="y"); @st[kstack(2)] = kstack(2);
          @h = hist(5); @l[comm] = lhist(5, 0, 10, 1); @s = stats(5); @a = avg(-5); @e[RED] = GREEN; @series = tseries(5, 1s, 5); @c = count();
          @b[true] = false; @buf[buf("ab", 2)] = buf("cd", 2); @sym[ksym(kaddr("vfs_read"))] = usym(1); @int[(uint16)1] = (uint16)3; @p = (int32*)16;
          @nest[1, (2, kstack(2)), ntop(pton("::1"))] = (a=1, b=(c=2, d=(e=(3, (4, kstack(2))), f=strftime("%H", nsecs))));
          @out = *(struct outer*)curtask; @arr = ((struct outer*)curtask)->arr; @mn = min(5); @mx = max(-3); @sm = sum(-3);
          exit();
        }
        '@

        """;

    /// <summary>An object as lines of path and value, the same for a live object and what has been made of it.</summary>
    private const string Flat = """
        function Leaf($v) {
            if ($v -is [datetime]) { return $v.ToUniversalTime().ToString('o') }
            if ($v -is [datetimeoffset]) { return $v.UtcDateTime.ToString('o') }
            [string]::Format([cultureinfo]::InvariantCulture, '{0}', $v)
        }
        function Flat($path, $v, $json, $depth = 0) {
            if ($depth -gt 14) { return "$path is too deep" }
            if ($null -eq $v) { return "$path=null" }
            if ($v -is [Collections.IList]) { $i = 0; foreach ($e in $v) { Flat "$path[$i]" $e $json ($depth + 1); $i++ }; return "$path has $i" }
            $names = @($v.psobject.TypeNames) -replace '^Deserialized\.'
            if ($names -contains 'System.Net.IPAddress') { return "$path=$v" }
            if ($v -is [pscustomobject] -and $null -ne $v.IsIPv6Teredo) { return "$path=" + ($v.IPAddressToString ?? [ipaddress]$v.Address) }
            if ($names -contains 'System.DateTimeOffset' -and $v -isnot [datetimeoffset]) { return "$path=" + (Leaf $v.UtcDateTime) }
            if ($names -match '^BpfTrace\.Enum\.') { return "$path=" + $v.ToString() }
            $b = $v.psobject.BaseObject
            if ($b -is [string] -or $b -is [valuetype]) { return "$path=" + (Leaf $b) }
            foreach ($p in $v.psobject.Properties) { if (-not $json -or $p.MemberType -ne 'ScriptProperty') { Flat "$path.$($p.Name)" $p.Value $json ($depth + 1) } }
        }

        """;

    [PwshFact(needsKernel: true)]
    public void Values_have_the_types_that_NET_has_for_them()
    {
        JsonElement result = Pwsh.RunJson(Script + """
            function Name($v) {
                if ($v -is [BpfTrace.BpfTuple]) { return '(' + (($v | ForEach-Object { Name $_ }) -join ', ') + ')' }
                if ($v -is [BpfTrace.BpfRecord]) { return '{' + (($v.psobject.Properties | ForEach-Object { "$($_.Name) " + (Name $_.Value) }) -join ', ') + '}' }
                if ($v -is [System.Net.NetworkInformation.PhysicalAddress]) { return 'PhysicalAddress' }
                if ($v -is [ipaddress]) { return 'IPAddress' }
                $v.GetType().Name -replace '_2$' # an enum as wide as a structure has it, beside the one of expressions
            }
            $all = @(Start-BpfTrace $script -WarningAction Ignore)
            foreach ($o in $all) {
                if ($o -is [BpfTrace.MapEntry]) { "$($o.Map) $(if ($null -ne $o.Key) { Name $o.Key }) = $(Name $o.Value)" }
                else { ($o.psobject.Properties | Where-Object Name -NotIn Timestamp, ProbeName, CpuId, BootTimeNanoseconds, Text | ForEach-Object { Name $_.Value }) -join ' ' }
            }
            """);
        string[] expected =
        [
            "IPAddress IPAddress PhysicalAddress", "DateTimeOffset UInt64 DateTimeOffset", "Byte[] Boolean SByte UInt64 String", "StackTrace Symbol Symbol",
            "String String", "(SByte, String, (SByte, IPAddress), PhysicalAddress)", "SByte {c String, d IPAddress, t DateTimeOffset}", "StackTrace", "Boolean",
            "SByte", "Byte", "color", "(SByte, color)", "String", "Byte[]", "DateTimeOffset", "PhysicalAddress", "IPAddress",
            "@a  = Int64", "@arr  = Int32[]", "@b Boolean = Boolean", "@buf Byte[] = Byte[]", "@c  = UInt64", "@e color = color", "@h  = Histogram",
            "@int UInt16 = UInt16", "@ip IPAddress = IPAddress", "@l String = Histogram", "@mac PhysicalAddress = PhysicalAddress", "@mn  = Int64", "@mx  = Int64",
            "@nest (SByte, (SByte, StackTrace), IPAddress) = {a SByte, b {c SByte, d {e (SByte, (SByte, StackTrace)), f DateTimeOffset}}}",
            "@out  = {i {a Int32, b SByte}, arr Int32[], c color, big UInt64, name String, bits Int32}", "@p  = UInt64",
            "@rec {a SByte, b String} = {c SByte, d String}", "@s  = Stats", "@series  = TimeSeries", "@sm  = Int64", "@st StackTrace = StackTrace",
            "@sym Symbol = Symbol", "@time DateTimeOffset = DateTimeOffset", "@tup (SByte, String, IPAddress) = (SByte, String)",
        ];
        Assert.Equal(string.Join('\n', expected), string.Join('\n', result.EnumerateArray().Select(e => e.GetString())));
    }

    [PwshFact(needsKernel: true)]
    public void Every_value_is_the_same_after_Clixml_jobs_remoting_recordings_and_Json()
    {
        JsonElement result = Pwsh.RunJson(Script + Flat + $"$module = '{Pwsh.Root}/BpfTrace.psd1'\n" + """
            $folder = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "bpf-values-$([guid]::NewGuid())")
            try {
                $all = @(Start-BpfTrace $script -WarningAction Ignore -RecordPath $folder/x.bpfrec)
                $all | Export-Clixml $folder/x.xml
                $ways = [ordered]@{
                    xml = @(Import-Clixml $folder/x.xml)
                    recording = @(Import-BpfTrace $folder/x.bpfrec -WarningAction Ignore)
                    remoting = @($all | ForEach-Object { [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($_, 1)) })
                    job = @(Start-Job { Import-Module $using:module; Import-BpfTrace "$using:folder/x.bpfrec" -WarningAction Ignore } | Receive-Job -Wait -AutoRemoveJob)
                    json = @($all | ForEach-Object { $_ | ConvertTo-Json -Depth 12 -EnumsAsStrings -WarningAction Stop | ConvertFrom-Json })
                }
                $live = @($all | ForEach-Object { , @(Flat o $_) })
                $liveJson = @($all | ForEach-Object { , @(Flat o $_ $true) })
                foreach ($way in $ways.GetEnumerator()) {
                    $lines = 0
                    $differences = @(for ($i = 0; $i -lt $all.Count; $i++) {
                        $o = $way.Value[$i]
                        $expected = if ($way.Key -eq 'json') { $liveJson[$i] } else { $live[$i] }
                        $actual = @(Flat o $o ($way.Key -eq 'json'))
                        if ($way.Key -eq 'job') { $actual = @($actual -notmatch '^o\.(PSComputerName|RunspaceId|PSShowComputerName|PSSourceJobInstanceId)') }
                        $lines += $actual.Count
                        Compare-Object $expected $actual -CaseSensitive | Select-Object -First 4 | ForEach-Object { "$($all[$i]) $($_.SideIndicator) $($_.InputObject)" }
                        if ($way.Key -ne 'json') {
                            if ("$($all[$i])" -cne "$o") { "text of $($all[$i]): $o" }
                            if ($way.Key -ne 'job' -and ($all[$i] | Out-String) -cne ($o | Out-String)) { "view of $($all[$i]): $($o | Out-String)" }
                        }
                    })
                    [pscustomobject]@{ way = $way.Key; count = $way.Value.Count; lines = $lines; differences = $differences }
                }
            } finally { Remove-Item -Recurse $folder }
            """);
        Assert.Equal(["xml", "recording", "remoting", "job", "json"], result.EnumerateArray().Select(w => w.GetProperty("way").GetString()));
        foreach (JsonElement way in result.EnumerateArray())
        {
            string name = way.GetProperty("way").GetString()!;
            Assert.True(way.GetProperty("differences").GetArrayLength() == 0, name + "\n" + way.GetProperty("differences"));
            Assert.Equal(42, way.GetProperty("count").GetInt32());
            Assert.True(way.GetProperty("lines").GetInt32() > 300, name);
        }
    }

    [PwshFact(needsKernel: true)]
    public void Values_group_sort_compare_and_are_keys()
    {
        JsonElement result = Pwsh.RunJson("""
            $all = @(Start-BpfTrace @'
            enum color { RED, GREEN = 5 }
            BEGIN {
              $i = 0; while ($i < 2) { printf("%s %s %s %s %s\n", ntop(0x0100007f), macaddr((uint8*)curtask), strftime("%H:%M", nsecs), (1, "x"), ksym(kaddr("vfs_read"))); $i++; }
              @[ntop(0x0100007f)] = 1; @[ntop(0x0200007f)] = 2; @t[1, "a"] = 1; @t[1, "b"] = 2; @h["a"] = hist(5); @h["b"] = hist(5); @h["b"] = hist(7);
              @s["x"] = stats(5); @s["y"] = stats(1); @e[RED] = 1; @e[GREEN] = 2; @k[kstack(2)] = 1; @r[(a=1,b="x")] = 1; @r[(a=1,b="y")] = 2; @m[macaddr((uint8*)curtask)] = 7;
              exit();
            }
            '@ -WarningAction Ignore)
            function Map($name) { $all | Where-Object Map -eq $name }
            function Table($name) { $t = @{}; Map $name | ForEach-Object { $t[$_.Key] = $_.Value }; $t }
            $ev = $all[0, 1]
            $mac = (Map '@m').Key
            $plain = [System.Net.NetworkInformation.PhysicalAddress]::Parse("$mac")
            [pscustomobject]@{
                groups = @('ntop', 'curtask', 'arg3', 'kaddr' | ForEach-Object { @($ev | Group-Object $_).Count })
                doubled = @('@', '@t', '@r', '@k', '@e' | ForEach-Object { @(@(Map $_) + @(Map $_) | Group-Object Key).Count })
                compared = @(Compare-Object $ev[0] $ev[1] -Property ntop, curtask, arg3, kaddr).Count
                equal = @(($ev[0].ntop -eq '127.0.0.1'), ('127.0.0.1' -eq $ev[0].ntop), ($ev[0].ntop -in '::1', '127.0.0.1'), ($mac -eq "$mac"), ($mac -eq "$mac".Replace(':', '-').ToLower()), ($mac -eq $plain), ($plain -eq $mac),
                    ($ev[0].nsecs -lt (Get-Date).AddMinutes(1)), ($ev[0].nsecs -gt $ev[0].Timestamp.AddMinutes(-1)), ($ev[0].kaddr -eq 'vfs_read'), ($ev[0].arg3.Equals($ev[1].arg3)))
                hash = @((Table '@')[[ipaddress]'127.0.0.2'], (Table '@m')[$plain], (Table '@t').get_Item([BpfTrace.BpfTuple]::new([object[]]([sbyte]1, 'b'))), (Table '@e')[(Map '@e')[1].Key], (Table '@k')[(Map '@k').Key], (Table '@r')[(Map '@r')[1].Key])
                byString = (Map '@' | Group-Object Key -AsHashTable -AsString)['127.0.0.1'].Value
                sorted = @(& { Map '@h' | Sort-Object Value -Descending | ForEach-Object Key; Map '@s' | Sort-Object Value | ForEach-Object Key; Map '@t' | Sort-Object Key -Descending | ForEach-Object Key2; Map '@' | Sort-Object Key -Descending | ForEach-Object { "$($_.Key)" } }) -join ' '
                sum = (Map '@' | Measure-Object Value -Sum).Sum
                enums = @((Map '@e' | Where-Object Key -eq GREEN).Value, (Map '@e' | Where-Object Key -eq 5).Value)
                tuple = @((Map '@t')[1].Key[1], @(Map '@t' | Where-Object { $_.Key -contains 'b' }).Count, @((Map '@t')[0].Key).Count)
                parallel = @(Map '@' | ForEach-Object -Parallel { "$($_.Key)=$($_.Value)" } | Sort-Object)
                csv = (Map '@t' | Select-Object Key, Value | ConvertTo-Csv)[1]
            }
            """)[0];
        static string[] Strings(JsonElement list) => [.. list.EnumerateArray().Select(static e => e.ToString())];
        Assert.Equal(["1", "1", "1", "1"], Strings(result.GetProperty("groups")));
        Assert.Equal(["2", "2", "2", "1", "2"], Strings(result.GetProperty("doubled")));
        Assert.Equal(0, result.GetProperty("compared").GetInt32());
        Assert.All(Strings(result.GetProperty("equal")), e => Assert.Equal("True", e));
        Assert.Equal(["2", "7", "2", "2", "1", "2"], Strings(result.GetProperty("hash")));
        Assert.Equal(1, result.GetProperty("byString").GetInt32());
        Assert.Equal("b a y x b a 127.0.0.2 127.0.0.1", result.GetProperty("sorted").GetString());
        Assert.Equal(3, result.GetProperty("sum").GetDouble());
        Assert.Equal(["2", "2"], Strings(result.GetProperty("enums")));
        Assert.Equal(["b", "1", "2"], Strings(result.GetProperty("tuple")));
        Assert.Equal(["127.0.0.1=1", "127.0.0.2=2"], Strings(result.GetProperty("parallel")));
        Assert.Equal("\"(1, a)\",\"1\"", result.GetProperty("csv").GetString());
    }
}
