#!/bin/sh
# Does BpfTrace.Compiler build with -p:LlvmBinding=LLVMSharp?
#
# What this proves: in that mode the Llvm/ folder is out of the compilation, the PackageReference on LLVMSharp is
# restored from a NuGet feed and used, and no other line of the compiler depends on the folder: it compiles against
# an assembly that holds only the LLVMSharp.Interop names.
#
# What it does not prove: that the real LLVMSharp has those names and signatures. Where no feed carries the real
# package, this script packs a stand-in named LLVMSharp from our own Llvm/ sources. The comparison with the real
# one is by reading: each raw function there has the parameter list of LLVMSharp.Interop v20.1.2's LLVM class, and
# each …Ref member that of its Extensions/. Where a feed has the real package, set LLVMSHARP_FEED to it:
# nothing is packed then, and the same build is the whole proof.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$(sed -n 's/.*Include="LLVMSharp" Version="\([^"]*\)".*/\1/p' "$root/Directory.Packages.props")
feed=${LLVMSHARP_FEED:-$work/feed}

if [ -z "${LLVMSHARP_FEED:-}" ]; then
  echo "Packing the stand-in LLVMSharp $version"
  mkdir -p "$work/standin" "$feed"
  cat > "$work/standin/LLVMSharp.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <PackageId>LLVMSharp</PackageId>
    <AssemblyName>LLVMSharp.Interop</AssemblyName>
    <Version>$version</Version>
    <Authors>stand-in</Authors>
    <Nullable>enable</Nullable>
    <ImplicitUsings>enable</ImplicitUsings>
    <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
  </PropertyGroup>
  <ItemGroup>
    <Compile Include="$root/src/BpfTrace.Compiler/Llvm/**/*.cs" />
    <!-- Our types are internal, the real ones public. -->
    <InternalsVisibleTo Include="BpfTrace.Compiler" />
  </ItemGroup>
</Project>
PROJECT
  echo '[assembly: System.Runtime.CompilerServices.DisableRuntimeMarshalling]' > "$work/standin/AssemblyInfo.cs"
  dotnet pack "$work/standin" -v q -nologo -o "$feed"
fi

# A copy, so that the checkout's own obj/ keeps its restore.
echo "Building BpfTrace.Compiler against it"
cp -R "$root/src" "$root/build" "$root"/Directory.* "$root/.editorconfig" "$work/"
find "$work/src" -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
dotnet build "$work/src/BpfTrace.Compiler" -v q -nologo -p:LlvmBinding=LLVMSharp \
  "-p:RestoreAdditionalProjectSources=$feed" "-p:RestorePackagesPath=$work/packages"

# The reference is real: the built assembly names LLVMSharp.Interop and has no LLVM types of its own.
dll=$(find "$work/src/BpfTrace.Compiler/bin" -name BpfTrace.Compiler.dll | head -n 1)
grep -qa 'LLVMSharp.Interop' "$dll" || { echo "no reference to LLVMSharp.Interop in $dll" >&2; exit 1; }
if grep -qa 'LLVMInitializeBPFTargetInfo' "$dll"; then
  echo "BpfTrace.Compiler.dll still carries its own entry points" >&2
  exit 1
fi

grep -q '"LLVMSharp/' "$(dirname "$dll")/BpfTrace.Compiler.deps.json"
echo "ok: built with LlvmBinding=LLVMSharp"
