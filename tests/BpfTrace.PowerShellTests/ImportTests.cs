using System.Text.Json;
using BpfTrace.PowerShellTests.Support;

namespace BpfTrace.PowerShellTests;

/// <summary>Imports, as the shell's paths mean them.</summary>
public sealed class ImportTests
{
    [PwshFact]
    public void A_program_imports_from_the_shells_location_and_a_file_from_beside_itself()
    {
        JsonElement result = Pwsh.RunJson("""
            $folder = New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) "bpf-import-$PID")
            try {
                'macro seven() { 7 }' | Set-Content $folder/seven.bt
                'import "seven.bt"; begin { printf("n=%d", seven()); exit(); }' | Set-Content $folder/main.bt
                Push-Location $folder
                $here = Test-BpfScript 'import "seven.bt"; begin { print(seven()); }' -CompileOnly
                Pop-Location
                $file = Test-BpfScript -Path $folder/main.bt -CompileOnly
                $away = Test-BpfScript 'import "seven.bt"; begin { print(seven()); }' -CompileOnly -ErrorAction SilentlyContinue -ErrorVariable problem
                'macro seven() { $nothing }' | Set-Content $folder/seven.bt
                Test-BpfScript -Path $folder/main.bt -CompileOnly -ErrorAction SilentlyContinue -ErrorVariable inside | Out-Null
                [pscustomobject]@{ here = $here; file = $file; away = $away; id = $problem[0].FullyQualifiedErrorId; inside = Split-Path -Leaf $inside[0].TargetObject.File }
            } finally { Remove-Item -Recurse $folder }
            """);
        JsonElement all = result[0];
        Assert.True(all.GetProperty("here").GetBoolean());
        Assert.True(all.GetProperty("file").GetBoolean());
        Assert.False(all.GetProperty("away").GetBoolean());
        Assert.StartsWith("ImportNotFound,", all.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("seven.bt", all.GetProperty("inside").GetString());
    }
}
