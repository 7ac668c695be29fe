import json
want='''envelope-md-whole envelope-md3-block envelope-plain4-block small-whole-marker-head small-whole-marker-avante small-whole-marker-words pluses-in-code-fence css-pseudo-whole udiff-lang-fence-nohead diff-fence-nohead-whole yaml-replace-not-outdented stand-first-line fence-inside-parts name-blanks-plain name-dotfile-whole name-form-kbd empty-file-whole empty-file-udiff udiff-new-no-devnull'''.split()
L={}
for l in open('probe.jsonl'):
    c=json.loads(l); L[c['name']]=c
out=open('tests/cases/edit-more.jsonl','a')
for n in want:
    c=L[n]; c['pieces']=['whole']
    c['about']={'envelope-md-whole':'a fence of Markdown round the whole answer, which is a whole file','envelope-md3-block':'the same round a block, with three signs','envelope-plain4-block':'a fence round name and block','small-whole-marker-head':'markers of a conflict are no whole file','small-whole-marker-avante':'a block in tags is no whole file','small-whole-marker-words':'nor one in words','pluses-in-code-fence':'a diff in a fence of the language is no whole file','css-pseudo-whole':'"before" and "after" that are no markers','udiff-lang-fence-nohead':'a hunk in a fence of the language','diff-fence-nohead-whole':'a hunk without the line of its place','yaml-replace-not-outdented':'only the search part stands at the margin','stand-first-line':'the same, the first line differs','fence-inside-parts':'both parts in fences of their own','name-blanks-plain':'a name with a blank','name-dotfile-whole':'a name that begins with a dot','name-form-kbd':'a name in tags','empty-file-whole':'a file of no bytes','empty-file-udiff':'the same, by a diff','udiff-new-no-devnull':'a new file without /dev/null'}[n]
    if n=='pluses-in-code-fence': c['want']={'any':[c['want']['any'][0],{'refused':['signs of a diff']}]}
    if n.startswith('small'): c['want']={'refused':['markers']}
    if n=='diff-fence-nohead-whole' or n=='udiff-lang-fence-nohead': c['want']=c['want']['any'][0]
    if n=='yaml-replace-not-outdented': c['want']=c['want']['any'][0]
    out.write(json.dumps(c,ensure_ascii=False)+'\n')
