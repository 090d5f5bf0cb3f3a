package community

import "strings"

// An origin is a pool of given names and surnames that go together. All
// persons are invented.
type origin struct {
	female, male, family []string
}

func words(s string) []string { return strings.Fields(s) }

var origins = map[string]origin{
	"anglo": {
		female: words("Marlene Holly Beth Joanna Tessa Gwen Paula Rhona Edith Carla Megan Dawn Lorna Heather Sylvie Fern Nadine Bridget Willa Corinne Tabitha Daphne Maeve Rosalind Imogen Shelby Wendy Georgia Kirsten Adele June Phoebe Harriet Leanne Mabel Cleo Justine Trudy Annabel Hazel Verity Prue Nell Marian Constance Elsie Roberta Peggy"),
		male:   words("Graham Toby Miles Curtis Dean Alistair Rupert Wes Colin Garrett Dale Nigel Fergus Shane Barrett Hugh Reuben Clive Brent Landon Elliott Spencer Russell Damon Keith Gordon Emmett Trevor Duncan Wyatt Ross Lloyd Conrad Ellis Howard Murray Stuart Tristan Leland Neville Gareth Rory Byron Cedric Archie Boyd Harlan Vernon"),
		family: words("Hartwick Penhallow Ashdown Tolliver Brisby Marchetti Calloway Stanwick Oakhurst Fenwright Lockridge Dunmore Pettibone Whitlow Kingsnorth Barrowclough Selby Trask Winterbourne Holloway Garrity Penrose Sandifer Ormerod Crutchley Haverstock Leighton Quarles Treadgold Wainscott Yardley Bellwether Coldwell Draycott Easterby Fothergill Gillingwater Hesketh Inchbald Jessop Kettleby Lavenham Merriwether Nethercott Oldacre Pomfret Ravenhill Sheldrake Thistlewood Underhay"),
	},
	"euro": {
		female: words("Anneke Ilse Greta Marta Katrin Lucia Petra Silvana Eliska Birgit Danuta Ioana Veronika Simone Chiara Helga Mireille Agnes Zofia Renata Solveig Inga Klara Noemi Odile Liesbeth"),
		male:   words("Lars Henrik Matteo Tomasz Ivo Pavel Stefan Anders Bruno Jürgen Emil Laszlo Gunnar Radu Florian Dario Mikkel Otto Wim Zoran Bastian Luca Piotr Sander Janik Ruben"),
		family: words("Vandermeer Kowalczyk Lindqvist Brandner Castellani Dvorak Eriksen Ferrante Grabowski Holzer Ilves Jansky Keller Lombardi Moravec Nyström Oberholt Petrescu Rasmussen Sorensen Tremblay Ullmann Vasileva Wieczorek Zanetti Aalto Bergsma Corvino"),
	},
	"africa": {
		female: words("Adaeze Thandiwe Ngozi Amara Wanjiru Abena Folasade Chiamaka Nomsa Efua Zainab Makena Ifeoma Akosua Temperance Lindiwe Yetunde Ayanda Simisola Rutendo Keisha Monique Latoya Imani Denise Yolanda"),
		male:   words("Kwame Tunde Sipho Chidi Babatunde Kofi Jabari Emeka Themba Olumide Yaw Mandla Desmond Tafari Obinna Lwazi Darnell Jerome Marcus Terrence Isaiah Andre Winston Malik Clarence Otis"),
		family: words("Okonjo Mbatha Adeyemi Mensah Nwosu Kamau Boateng Dlamini Okafor Asante Mwangi Bello Chukwu Ndlovu Owusu Abara Kessington Freeman Bowdry Larkins Merriday Toussaint Baptiste Claybourne Winfield Gaines"),
	},
	"latin": {
		female: words("Marisol Ximena Graciela Luz Pilar Beatriz Consuelo Itzel Rocio Catalina Yesenia Fernanda Paloma Esmeralda Dolores Noelia"),
		male:   words("Rodrigo Esteban Ignacio Ramiro Joaquin Octavio Emilio Gonzalo Hector Raul Mauricio Felipe Salvador Teo Bernardo Cristobal"),
		family: words("Villaseñor Cardona Echeverria Montalvo Quintanilla Zamorano Arriaga Benavides Cifuentes Escamilla Figueredo Guajardo Huerta Ibarguen Lozada Miramontes Noriega Olivares"),
	},
	"east": {
		female: words("Mei-Lin Yuki Soo-Jin Hanako Xiulan Linh Jia Naomi Ayumi Minh-Anh Suyin Kaori Hyejin Wen Thuy Rina"),
		male:   words("Kenji Wei Minjun Takeshi Hao Duc Jun Satoshi Bo Tuan Hiroto Sung Zhen Khanh Ryo Daniel"),
		family: words("Tanabe Liang Hwang Nakagawa Quach Zhou Morimoto Seo Truong Fukuda Cheung Baek Ishii Luong Kuo Shimada Yoon Tran"),
	},
	"south": {
		female: words("Priya Lakshmi Anjali Meera Kavita Shreya Nirmala Deepika Farhana Sunita Leila Samira Yasmin Noor Amal Rania"),
		male:   words("Arjun Vikram Sanjay Rohan Imran Naveen Harish Farid Anil Kiran Karim Tariq Omar Bashir Nabil Yusuf"),
		family: words("Raghunathan Chatterjee Malhotra Siddiqui Venkataraman Iyer Bhandari Qureshi Deshpande Nair Haddad Rahimi Mansour El-Amin Farouk Karimi Sabbagh Aziz"),
	},
}

// portrait is what is to be seen in one of the demo's portraits, so that name
// and age go with it.
type portrait struct {
	origin string
	age    int
}

var portraits = map[string]portrait{
	"f00": {"africa", 24}, "f02": {"euro", 34}, "f04": {"east", 44}, "f06": {"latin", 52}, "f08": {"africa", 25},
	"f10": {"africa", 29}, "f12": {"africa", 78}, "f14": {"latin", 66}, "f16": {"africa", 68}, "f18": {"east", 67},
	"f20": {"africa", 62}, "f22": {"east", 25}, "f24": {"africa", 75}, "f26": {"africa", 34}, "f28": {"africa", 26},
	"f30": {"south", 30}, "f32": {"africa", 48}, "f34": {"africa", 70}, "f36": {"anglo", 34}, "f38": {"anglo", 43},
	"f40": {"euro", 29}, "f42": {"africa", 26}, "f44": {"africa", 28}, "f46": {"africa", 63}, "f48": {"anglo", 39},
	"f50": {"east", 26}, "f52": {"anglo", 77}, "f54": {"latin", 55}, "f56": {"euro", 29}, "f58": {"east", 31},
	"f60": {"africa", 27}, "f62": {"africa", 53}, "f64": {"east", 25}, "f66": {"latin", 27}, "f68": {"euro", 28},
	"f70": {"anglo", 42}, "f72": {"latin", 28}, "f74": {"latin", 36}, "f76": {"east", 65}, "f78": {"anglo", 63},
	"f80": {"latin", 70}, "f82": {"south", 30}, "f84": {"east", 27}, "f86": {"euro", 39}, "f88": {"euro", 31},
	"f90": {"east", 24}, "f92": {"south", 25}, "f94": {"africa", 32}, "f96": {"anglo", 74}, "f98": {"south", 28},
	"m00": {"africa", 55}, "m02": {"euro", 35}, "m04": {"anglo", 25}, "m06": {"latin", 69}, "m08": {"latin", 49},
	"m10": {"east", 55}, "m12": {"east", 31}, "m14": {"anglo", 43}, "m16": {"euro", 37}, "m18": {"africa", 34},
	"m20": {"africa", 62}, "m22": {"east", 67}, "m24": {"latin", 48}, "m26": {"latin", 37}, "m28": {"anglo", 62},
	"m30": {"africa", 36}, "m32": {"anglo", 25}, "m34": {"latin", 26}, "m36": {"africa", 52}, "m38": {"anglo", 70},
	"m40": {"latin", 39}, "m42": {"euro", 33}, "m44": {"anglo", 73}, "m46": {"euro", 31}, "m48": {"anglo", 27},
	"m50": {"east", 74}, "m52": {"latin", 45}, "m54": {"euro", 48}, "m56": {"anglo", 64}, "m58": {"africa", 25},
	"m60": {"south", 41}, "m62": {"euro", 41}, "m64": {"south", 38}, "m66": {"africa", 31}, "m68": {"anglo", 41},
	"m70": {"east", 26}, "m72": {"latin", 28}, "m74": {"anglo", 34}, "m76": {"africa", 39}, "m78": {"south", 27},
	"m80": {"south", 50}, "m82": {"africa", 26}, "m84": {"africa", 29}, "m86": {"latin", 38}, "m88": {"africa", 33},
	"m90": {"anglo", 49}, "m92": {"africa", 76}, "m94": {"south", 47}, "m96": {"euro", 39}, "m98": {"africa", 28},
}

// place is where an expert lives: what the time zone and the phone come from.
type place struct {
	city, zone, area string // area: how the place's phone numbers begin
	british          bool
}

var places = []place{
	{"Portland", "America/Los_Angeles", "+1 503 555 01", false},
	{"Tucson", "America/Phoenix", "+1 520 555 01", false},
	{"Boulder", "America/Denver", "+1 303 555 01", false},
	{"Madison", "America/Chicago", "+1 608 555 01", false},
	{"Baton Rouge", "America/Chicago", "+1 225 555 01", false},
	{"Asheville", "America/New_York", "+1 828 555 01", false},
	{"Rochester", "America/New_York", "+1 585 555 01", false},
	{"Tampa", "America/New_York", "+1 813 555 01", false},
	{"Providence", "America/New_York", "+1 401 555 01", false},
	{"Sacramento", "America/Los_Angeles", "+1 916 555 01", false},
	{"Halifax", "America/Halifax", "+1 902 555 01", true},
	{"Winnipeg", "America/Winnipeg", "+1 204 555 01", true},
	{"Leeds", "Europe/London", "+44 7700 9000", true},
	{"Bristol", "Europe/London", "+44 7700 9001", true},
	{"Inverness", "Europe/London", "+44 7700 9002", true},
	{"Cork", "Europe/Dublin", "+44 7700 9003", true},
	{"Cape Town", "Africa/Johannesburg", "+44 7700 9004", true},
	{"Lagos", "Africa/Lagos", "+44 7700 9005", true},
	{"Nairobi", "Africa/Nairobi", "+44 7700 9006", true},
	{"Pune", "Asia/Kolkata", "+44 7700 9007", true},
	{"Manila", "Asia/Manila", "+1 415 555 01", false},
	{"Brisbane", "Australia/Brisbane", "+61 7 5550 10", true},
	{"Hobart", "Australia/Hobart", "+61 3 5550 10", true},
	{"Auckland", "Pacific/Auckland", "+44 7700 9008", true},
	{"Tel Aviv", "Asia/Jerusalem", "+44 7700 9009", false},
	{"Rotterdam", "Europe/Amsterdam", "+44 7700 9001", true},
	{"Graz", "Europe/Vienna", "+44 7700 9002", true},
	{"Valencia", "Europe/Madrid", "+44 7700 9003", true},
}

// cluster is a field of advice, and how its experts call themselves.
type cluster struct {
	name   string
	file   string   // of its texts
	before []string // words that stand before the given name in a screen name
	after  []string // words that stand behind it
	plain  []string // whole screen names
	emoji  []string
}

var clusters = []cluster{
	{
		"Spirituality & Religion", "spirit",
		words("Psychic Tarot Moonlit Seer Angelic Mystic Rune Starlight Cosmic"),
		words("Sees Visions Readings Tarot OfTheMoon Intuitive Dreams Arcana Lightworker"),
		words("QuietOracle NinthHouse SilverRavenReadings LanternOfHope TheCardKeeper VenusRising RiverstoneRunes PaleHorseTarot"),
		[]string{"✨", "🌙", "🙏", "💫", "🕯️"},
	},
	{
		"Home & Garden", "garden",
		words("Garden Handy Green Mister Rose Compost Yard Soil"),
		words("Gardens Mends Fixit TheGardener HomeRepair Plants Outdoors Toolbox GreenThumb"),
		words("MuddyBoots TheDrainWhisperer OldHouseHelp SlowCompost BackyardBotanist NorthFacingPlot SpiritLevel LawnRanger"),
		[]string{"🌱", "🌿", "👍", "🍅", "🔧"},
	},
	{
		"Health & Medicine", "health",
		words("Healthy Medic Wellness Care Bedside AskMed"),
		words("Health Wellness Care Answers OnCall Checkup Clinic"),
		words("BedsideManner PlainTalkHealth BackInMotion SleepBetterClinic TheCalmWard LabSheetReader"),
		[]string{"🙂", "💙", "👍"},
	},
	{
		"Law", "law",
		words("Attorney Counselor Legal Lawyer Esq Barrister"),
		words("Law Esq Legal Counsel AtLaw JD Solicitor"),
		words("TenantsFirst FineprintReader PlainEnglishLaw TheLeaseLawyer SmallClaimsPro SecondOpinionLegal"),
		nil,
	},
	{
		"Computers & Programming", "tech",
		words("Code Byte Geek Tech Linux Sys PC Dev Data"),
		words("Codes Dev IT Tech PCFix Scripts Debugs SQL Net"),
		words("NullPointerNoMore RebootFirst SegFaultSam TheBackupGuy printf_help OffByOne TabsNotSpaces CacheMeIfYouCan"),
		[]string{":)", ":P", "👍", ";)"},
	},
	{
		"Education & Tutoring", "tutor",
		words("Prof Tutor Miss Teacher MathWith Learn EnglishWith Study"),
		words("Tutors Teaches Math Essays Physics Grammar Explains Academy"),
		words("ShowYourWork CalculusCafe ThesisRescue ChalkAndTalk TheSATCoach PatientPhysics"),
		[]string{"😊", "👍", "🎉", "📚"},
	},
	{
		"Business & Finance", "money",
		words("Tax Biz Money Consult Ledger Budget"),
		words("Numbers Tax Finance Books Biz Advisory Startups"),
		words("EvenLedger TheTaxDesk CornerShopCFO PlainNumbers SidewalkStartup DebtFreeBy40"),
		[]string{"👍", "🙂"},
	},
	{
		"Counseling", "counsel",
		words("Counselor Talk Harbor Listening Calm Gentle"),
		words("Counseling Listens Hears Talks Heals WithCare"),
		words("SafeHarborTalks SecondChapter AnchorCounseling KindEarListening TheQuietRoom MendingFences"),
		[]string{"🙂", "💛", "🌻"},
	},
	{
		"Coaching", "coach",
		words("Coach Career LifeWith Focus Goals Bold"),
		words("Coaching Coaches NextStep Careers Motivates Habits"),
		words("MondayMornings UphillCoach TheResumeRoom HabitWorkshop ClearDesk InterviewReady"),
		[]string{"💪", "🙌", "🔥", "🙂", "🚀"},
	},
	{
		"Arts & Design", "arts",
		words("Art Studio Ink Pixel Design Photo Music Canvas"),
		words("Designs Studio Paints Draws Music Photo Types Writes"),
		words("KerningMatters BlueHourPhoto WetOnWet TheLogoDoctor SecondDraft FourTrackFred"),
		[]string{"🎨", "🙂", "😄", "✏️"},
	},
	{
		"Shopping & Style", "style",
		words("Style Chic Shop Dress Vintage Bargain Wardrobe"),
		words("Styles Closet Shops Chic Wardrobe Finds Fits"),
		words("CapsuleCloset TheGiftFinder HemAndHaw SecondHandSue GoodFitGuide RunwayToReal"),
		[]string{"💕", "😍", "👗", "🛍️", "😊"},
	},
	{
		"Pets", "pets",
		words("Furry Paws Dog Cat Pet Doggy Bird Horse"),
		words("Paws DogTraining Cats Pets K9 Tails Whiskers"),
		words("SitStayGood TheCatUndertone WhiskerWise AquariumAl FeatherFriends RescueRanger"),
		[]string{"🐾", "🐶", "🐱", "❤️", "🙂"},
	},
}
