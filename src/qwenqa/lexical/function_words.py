"""Words that carry grammar more than meaning, by language.

They tell a text's language, and are left out of questions that have others. Folded, so most
stand without diacritics. Question words matter most: they are rare in statements and would
weigh much. Nouns, numbers and verbs with a meaning are none.
"""

from __future__ import annotations

LISTS = {
    "en": """
        a about after all also an and any are as at be because been before but by can could
        did do does for from had has have he her him his how i if in into is it its just
        many me more most much my no not of on or our out over she should so some such than that
        the their them then there these they this those to up was we were what when where
        which while who whom whose why will with would you your""",
    "es": """
        el la los las lo un una unos unas de del al a ante bajo con contra desde durante en
        entre hacia hasta para por segun sin sobre tras y e o u ni que quien quienes cual
        cuales cuando cuanto cuanta cuantos cuantas donde adonde como porque si no es son
        era eran fue fueron ser sido esta estan estaba estaban estar ha han habia habian
        hay haber he se su sus le les me te nos mi mis tu tus yo ella ellos ellas este
        estos estas esto ese esa esos esas eso aquel aquella aquellos mas pero tambien muy
        ya tanto tan otro otra otros otras todo toda todos todas""",
    "fr": """
        le la les l un une des du de d au aux a en dans par pour sur sous avec sans entre
        vers chez et ou ni mais donc or car que qu qui quoi dont quel quelle quels quelles
        quand comment combien pourquoi lequel laquelle lesquels est sont etait etaient fut
        furent etre ete ont avait avaient avoir eu sera il elle ils elles on je tu nous
        vous se s ce c cet cette ces cela ca son sa ses leur leurs lui y ne n pas plus si
        comme aussi tres me m te t moi mon ma mes notre nos votre vos meme tout toute tous
        toutes j depuis apres avant""",
    "de": """
        der die das den dem des ein eine einen einem einer eines und oder aber auch als am
        an auf aus bei bis dass daß durch fur gegen im in ins ist sind war waren wird
        werden wurde wurden hat haben hatte hatten sein seine seinen seinem seiner seines
        ihr ihre ihren ihrem ihrer ihres es er sie wir ich du man mich mir uns euch ihm ihn
        ihnen kann konnen konnte konnten muss mussen mit nach nicht noch nur ob ohne sich
        so soll sollen uber um unter vom von vor wahrend weil wenn wie wo zu zum zur dieser
        diese dieses diesem diesen was wer wen wem wessen wann warum weshalb wieso wohin
        woher womit wofur woran worin welche welcher welches welchen welchem wieviel viel
        viele vielen da dann doch""",
    "pt": """
        o a os as um uma uns umas de do da dos das ao aos no na nos nas num numa pelo pela
        pelos pelas em por para com sem sob sobre entre ate desde e ou nem mas que quem
        qual quais quando quanto quanta quantos quantas onde como porque se nao sao era
        eram foi foram ser sido esta estao estava estar tem tinha ter ha seu sua seus suas
        ele ela eles elas eu tu voce lhe me te isso isto esse essa esses essas este estes
        estas aquele aquela mais muito tambem ja""",
    "it": """
        il lo la i gli le l un uno una di del dello della dei degli delle dell a al allo
        alla ai agli alle all da dal dallo dalla dai dagli dalle dall in nel nello nella
        nei negli nelle nell con su sul sullo sulla sui sugli sulle sull per tra fra e ed o
        od ma che chi cui quale quali qual quando quanto quanta quanti quante dove come
        perche se non sono era erano fu furono essere stato stata stati ha hanno aveva
        avevano avere si suo sua suoi sue loro lui lei egli essa essi io tu noi voi mi ti
        ci vi ne questo questa questi queste quello quella quelli quelle cosa piu anche
        molto c d""",
    "ru": """
        и в во на с со к ко о об от до из за по у для при без под над между через не ни но
        а или что кто где когда как почему зачем сколько какой какая какое какие каком
        какого каких какую чем чего чей кого кому куда откуда который которая которое
        которые которого которой которых это этот эта эти этого этой тот та те то был была
        было были быть есть его ее их ему ей им он она оно они я ты мы вы мне меня нас вас
        бы же ли если так уже только также более все""",
    "nl": """
        de het een en van in op te dat die is zijn was waren wordt worden werd werden met
        voor niet aan er om ook als bij naar uit door over tot maar of want dan toen nog
        wel geen hij zij ze we wij ik je jij u hem haar hun hen mijn jouw onze ons dit deze
        wie wat waar wanneer waarom hoe hoeveel welke welk wiens heeft hebben had hadden
        kan kunnen kon zou zouden zal zullen tussen onder na sinds tegen zich al veel meer""",
    "pl": """
        i w we na z ze do od o u po za dla przy przed nad pod przez bez miedzy jest sa byl
        byla bylo byli byly byc bedzie ma nie tak ale lub albo oraz ani gdy aby jak co kto
        kogo komu gdzie kiedy dlaczego ile ilu ktory ktora ktore ktorzy ktorego ktorej
        ktorych jaki jaka jakie czym czego czy to ten ta te ci tego tej tych tym jego jej
        ich go mu im on ona oni my wy ja sie jako tez takze juz tylko""",
    "sv": """
        och i det att en ett den till ar som pa de med han av for inte dar var mig sig men
        har om vi min hade honom hon nu over da fran du ut sin dem oss upp man hans eller
        vad ska skall sjalv alla vill blev kunde in nar vara nagot ville deras efter ner
        skulle denna an detta mitt ocksa under ha dig henne sitt nagra bli manga blir varit
        vem vems vilken vilket vilka hur varfor vart kan sa""",
    "da": """
        og i jeg det at en et den til er som pa de med han af for ikke der var mig sig men
        har om vi min havde ham hun nu over da fra du ud sin dem os op man hans hvor eller
        hvad skal selv her alle vil blev kunne ind nar vaere dog noget ville deres efter
        ned skulle denne end dette mit ogsa under have dig hende mine sit nogle blive mange
        bliver vaeret hvis hvem hvilken hvilket hvilke hvornar hvordan hvorfor hvorhen kan
        sa""",
    "no": """
        og i jeg det at en et den til er som pa de med han av for ikke der var meg seg men
        har om vi min hadde ham hun na over da fra du ut sin dem oss opp man hans hvor
        eller hva skal selv her alle vil ble kunne inn nar vaere noe ville deres etter ned
        skulle denne enn dette mitt ogsa under ha deg henne mine sitt noen bli mange blir
        vaert hvis hvem hvilken hvilket hvilke hvordan hvorfor kan sa ei eit ein ikkje eg
        ho dei""",
    "tr": """
        ve bir bu da de ile icin mi mu o ne ki gibi daha cok ama veya ya en kadar olan
        olarak olup oldu olduğu oldugu degil var yok sonra once her hangi hangisi kim kimin
        kime kimi nerede nereye nereden nasil neden nicin kac zaman ise tarafindan uzere
        gore bunu bunun onun onlar ben sen biz siz idi""",
    "id": """
        yang dan di ke dari ini itu untuk dengan pada adalah dalam tidak akan oleh atau
        juga karena sebagai dia mereka kami kita saya anda telah sudah dapat bisa ada lebih
        para bahwa seperti saat antara tetapi namun apa siapa kapan mana dimana bagaimana
        mengapa kenapa berapa apakah nya""",
    "ar": """
        من في على الى إلى عن مع هذا هذه ذلك تلك التي الذي الذين ما ماذا متى اين كيف كم هل
        لماذا اي أي و او أو ثم لكن ان أن إن كان كانت يكون تكون لا لم لن ليس قد هو هي هم نحن
        انا أنت كل بعد قبل بين عند حيث منذ حتى اذا إذا غير""",
    "hi": """
        का के की को में से पर और है हैं था थे थी हो होता होती होते ने यह वह ये वे इस उस इन
        उन एक भी नहीं तो ही कि जो जिस जिन या क्या कौन कब कहा कहां कहाँ कैसे क्यों कितना
        कितने कितनी किस किसने किसका किसकी किसे कौनसा कर करने किया गया गई गए लिए साथ तक अपने
        अपनी अपना""",
    "cs": """
        a i v ve na s se si z ze o u k ke do od po pro pri za pred mezi bez nad pod je jsou
        byl byla bylo byli byly byt bude budou jsem jsme ma mel ne ano ale nebo ani kdyz
        aby jako jak co kdo kde kdy proc kolik ktery ktera ktere kteri jaky jaka jake cim
        ceho komu koho to ten ta ty ti toho tom tento tato toto jeho jeji jejich ho mu ji
        jim on ona oni my vy ja take tak jen az uz""",
    "ro": """
        si sau in la de din pe cu pentru prin despre dupa fara intre este sunt era erau
        fost fi a au ai am ar va vor un o unei unui unor al ale lui ei lor el ea ele eu tu
        noi voi nu ca care ce cine cand unde cum cat cata cati cate cui caror carui dar
        daca se sa isi sai acest aceasta acesta acestea acesti mai foarte tot toate fiind
        pana""",
    "hu": """
        a az egy es is nem hogy de ha vagy mint meg el ki le be fel volt voltak van vannak
        lesz lett lenni ez azt ezt ezek azok annak ennek aki akik ami amely amelyek amelyet
        ahol amikor mi mit mik kik kit kinek mikor hol hova honnan hogyan miert melyik
        milyen mennyi hany hanyadik mely melyek o ok en te ti csak mar nagyon sok tobb
        altal utan alatt kozott szerint""",
    "el": """
        ο η το οι τα του της των τον την τους τις στο στη στην στον στα στους στις σε με
        για απο και ή που πως πωσ ποτε ποιος ποια ποιο ποιοι ποιες ποιον ποσο ποσα ποσοι
        ποσες γιατι τι ειναι ηταν εχει εχουν ειχε θα να δεν μη μην αυτο αυτη αυτος αυτα
        αυτοι οτι οπως οταν αν αλλα μια ενα ενας εναν μετα πριν κατα ως""",
    "fi": """
        ja on ei se han en etta oli mutta kun niin tai jos kuin myos ole olla ovat olivat
        ollut voi he ne me te mina sina hanen heidan sen niiden taman tama nama tuo nuo
        joka jotka jonka jota jossa josta johon mika mita minka missa mista mihin milloin
        miksi miten kuka kenen ketka keta kuinka montako monta paljonko mitka minkalainen
        millainen sita siina siita siihen tata tassa vain viela nyt jo sitten""",
    "sr": """
        и у на са је су се да за од до из по о не али или као што ко шта где када како
        зашто колико који која које којег којем био била било били бити овај ова ово тај та
        то његов њен њих он она i u na sa je su se da za od do iz po o ne ali ili kao sto
        ko sta gde gdje kada kako zasto koliko koji koja koje kojeg kojem bio bila bilo
        bili biti ovaj ova ovo taj njegov njen njih on ona""",
    "ca": """
        el la els les un una uns unes de del dels al als a amb en per pel pels i o ni que
        qui quin quina quins quines quan on com quant quanta quants quantes perque si no es
        son era eren ser estar esta estan ha han havia fou va van aquest aquesta aquests
        aquestes aixo allo seu seva seus seves ell ella ells elles li ho hi se em et ens us
        mes molt tambe pero sobre entre fins sense des tot tota tots totes""",
    "lt": """
        ir ar o bet kad kaip is i su be per po uz prie apie nuo iki del tai sis si sie tas
        ta tie yra buvo bus buti ne kas ka ko kuo kur kada kodel kiek kuris kuri kurie
        kurios koks kokia kokie jis ji jie jos jo ju as tu mes jus savo taip tik dar jau""",
    "eu": """
        eta edo ez da dira zen ziren du dute zuen zuten izan izango dago daude bat batean
        hau hori hura hauek horiek haiek zer nor nork zein zeinek non noiz nola zergatik
        zenbat nondik nora bere ere baina baino dela zela duen den arte gabe""",
}
"""By ISO 639-1 code; of two that fit a text as well, the earlier is meant."""

QUESTION_RUNS = tuple(
    """
        为什么 什么时候 什么样 什么 哪 多少 谁 怎么样 怎么 怎样 如何 为何 何时 何地 何人
        是否 几个 几年 几次 几岁 几名 几位 几种 几天 第几 為什麼 什麼時候 什麼樣 什麼 誰
        怎麼樣 怎麼 怎樣 為何 何時 幾個 幾年 幾次 是什么 是什麼 是谁 ですか ますか でしたか
        ましたか どのように どのような どのくらい どの どこ どれ どちら だれ なぜ いつ
        いくつ いくら 何が 何を 何の 何で 何年 何人 何月 何回 何時 무엇 누구 어디 언제
        어떻게 어떤 어느 얼마나 얼마 무슨""".split()
)
"""What asks in Chinese, Japanese and Korean, whose words are not told apart."""
